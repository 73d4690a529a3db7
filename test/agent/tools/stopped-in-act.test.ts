import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { runTool } from "../../../src/agent/run-tool.ts";
import { StoodDownError } from "../../../src/core/errors.ts";
import { StoppedInActError } from "../../../src/core/journal.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Tool } from "../../../src/core/tool.ts";
import { aRequest, aTool } from "../agent-stand.ts";

const { context } = aRequest("").request;

/** A call that hangs until it is let go, and what it noticed. */
function begin(effect: Tool["effect"] = "write") {
  const stop = new AbortController();
  const answered = Promise.withResolvers<unknown>();
  const noticed = { runs: 0, aborted: false };
  const tool = aTool({
    name: "refund",
    effect,
    repeatable: true,
    run: async (_, { signal }) => {
      noticed.runs += 1;
      signal.addEventListener("abort", () => (noticed.aborted = true));
      return answered.promise;
    },
  });
  const ended = runTool({
    tool,
    input: {},
    context,
    idempotencyKey: "key",
    maxResultBytes: 10_000,
    mayCall: undefined,
    log: silentLog,
    stopped: stop.signal,
    expired: new AbortController().signal,
  }).catch((cause: unknown) => cause);
  const isUnderWay = async (): Promise<void> => {
    while (noticed.runs === 0) await delay(1);
  };
  return { stop, answered, noticed, ended, isUnderWay };
}

describe("a write that is on its way when the turn is stopped", () => {
  const taken = new StoodDownError("a person took it");

  test("by somebody who took over ends the turn at once, goes on, and tells what came of it", async () => {
    const { stop, answered, noticed, ended, isUnderWay } = begin();
    await isUnderWay();
    stop.abort(taken);
    const cause = await ended;
    if (!(cause instanceof StoppedInActError)) throw new Error(`it ended with ${String(cause)}`);
    expect([cause.cause, noticed]).toEqual([taken, { runs: 1, aborted: false }]);
    answered.resolve({ done: true });
    expect(await cause.outcome).toMatchObject({ ok: true, output: { kind: "result" } });
  });

  test("by somebody who took over is not tried a second time when nobody knows what came of it", async () => {
    const { stop, answered, noticed, ended, isUnderWay } = begin();
    await isUnderWay();
    stop.abort(taken);
    answered.reject(new Error("the connection is gone"));
    const cause = await ended;
    if (!(cause instanceof StoppedInActError)) throw new Error(`it ended with ${String(cause)}`);
    expect(await cause.outcome).toMatchObject({ ok: false, output: { kind: "uncertain" } });
    expect(noticed.runs).toBe(1);
  });

  test("because the process ends is called off: another one repeats it under the same key", async () => {
    const { stop, noticed, ended, isUnderWay } = begin();
    await isUnderWay();
    const stopping = new StoodDownError("the process ends", "stopping");
    stop.abort(stopping);
    expect([await ended, noticed.aborted]).toEqual([stopping, true]);
  });

  test("is called off where it only reads", async () => {
    const { stop, noticed, ended, isUnderWay } = begin("read");
    await isUnderWay();
    stop.abort(taken);
    expect([await ended, noticed.aborted]).toEqual([taken, true]);
  });
});
