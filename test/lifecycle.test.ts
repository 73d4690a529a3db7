import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Part } from "../src/core/part.ts";
import { createLifecycle } from "../src/lifecycle.ts";

type Said = string[];

function aPart(name: string, said: Said, over: Partial<Part> = {}): Part {
  return {
    name,
    start: async () => void said.push(`start ${name}`),
    stop: async () => void said.push(`stop ${name}`),
    ...over,
  };
}

describe("lifecycle", () => {
  test("starts in order and stops in reverse", async () => {
    const said: Said = [];
    const service = createLifecycle(
      [aPart("store", said), aPart("queue", said), aPart("doors", said)],
      1_000,
    );
    await service.start();
    await service.stop();
    expect(said).toEqual([
      "start store",
      "start queue",
      "start doors",
      "stop doors",
      "stop queue",
      "stop store",
    ]);
  });

  test("a start that fails stops what had started, the failed part included, and names it", async () => {
    const said: Said = [];
    const broken = aPart("queue", said, { start: () => Promise.reject(new Error("no Redis")) });
    const service = createLifecycle([aPart("store", said), broken, aPart("doors", said)], 1_000);
    const failure = await service.start().catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: "queue did not start", cause: { message: "no Redis" } });
    expect(said).toEqual(["start store", "stop queue", "stop store"]);
  });

  test("told to stop while starting, starts nothing more and stops what began", async () => {
    const said: Said = [];
    const slow = aPart("store", said, { start: () => sleep(30) });
    const service = createLifecycle([slow, aPart("doors", said)], 1_000);
    const starting = service.start();
    await service.stop();
    await starting;
    expect(said).toEqual(["stop store"]);
  });

  test("stops once however often it is told, and starts once", async () => {
    const said: Said = [];
    const service = createLifecycle([aPart("store", said)], 1_000);
    await Promise.all([service.start(), service.start()]);
    await Promise.all([service.stop(), service.stop()]);
    await service.stop();
    expect(said).toEqual(["start store", "stop store"]);
  });

  test("a part that fails to stop does not keep the others from stopping, and is reported", async () => {
    const said: Said = [];
    const stuck = aPart("queue", said, { stop: () => Promise.reject(new Error("stuck")) });
    const service = createLifecycle([aPart("store", said), stuck, aPart("doors", said)], 1_000);
    await service.start();
    const failure = await service.stop().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).errors.map(String)).toEqual(["Error: queue did not stop cleanly"]);
    expect(said.slice(3)).toEqual(["stop doors", "stop store"]);
  });

  test("tells parts when the grace period is over", async () => {
    const said: Said = [];
    const patient = aPart("turns", said, {
      stop: (deadline) => new Promise((resolve) => deadline.addEventListener("abort", () => resolve())),
    });
    const service = createLifecycle([patient], 20);
    await service.start();
    await service.stop();
  });

  test("whatever starts or fails, every part that began to start is stopped exactly once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ fails: fc.boolean(), jams: fc.boolean() })), async (plans) => {
        const begun: number[] = [];
        const ended: number[] = [];
        const parts = plans.map((plan, index): Part => ({
          name: `part ${index}`,
          async start() {
            begun.push(index);
            if (plan.fails) throw new Error("no");
          },
          async stop() {
            ended.push(index);
            if (plan.jams) throw new Error("jammed");
          },
        }));
        const service = createLifecycle(parts, 1_000);
        await service.start().catch(() => {});
        await service.stop().catch(() => {});
        expect(ended).toEqual(begun.toReversed());
      }),
    );
  });
});
