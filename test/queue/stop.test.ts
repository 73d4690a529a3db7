import { Redis } from "ioredis";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectBullmq } from "../../src/queue/bullmq.ts";
import { createQueueWorker } from "../../src/queue/worker.ts";
import { silentLog } from "../../src/core/log.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const nothing = async (): Promise<void> => {};

/** Everybody who is connected but whoever asks. */
async function others(): Promise<number> {
  const asking = new Redis(redis.url, { maxRetriesPerRequest: null });
  try {
    const list = String(await asking.client("LIST"));
    return list.trim().split("\n").length - 1;
  } finally {
    asking.disconnect();
  }
}

test.each([60, 250, 500])(
  "a worker that is stopped while redis is away, back %i ms later, leaves no connection behind",
  async (backAfterMs) => {
    const state = { failed: () => {}, works: () => {} };
    const bullmq = connectBullmq({ kind: "redis", url: redis.url }, { prefix: `stop${backAfterMs}`, state });
    const worker = createQueueWorker(bullmq, {
      handlers: { turn: nothing, delivery: nothing, call: nothing, sweep: nothing, maintenance: nothing },
      options: { concurrency: 4 },
      state,
      log: silentLog,
    });
    await worker.start();
    await expect.poll(others, { timeout: 20_000 }).toBe(2);
    await redis.kill();
    const stopped = worker.stop(AbortSignal.timeout(300));
    await delay(backAfterMs);
    await redis.restart({ keep: true });
    await stopped;
    await bullmq.close();
    await delay(1_000); // as long as somebody who still tries would need
    expect(await others()).toBe(0);
  },
);

test("a worker that never reached redis is stopped, and its process ends", async () => {
  const file = fileURLToPath(new URL("stopped-worker-process.ts", import.meta.url));
  const child = spawn(process.execPath, [file, "redis://127.0.0.1:1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = await Promise.race([once(child, "exit"), delay(30_000, "still there")]);
  child.kill("SIGKILL");
  expect(said).toBe("stopped\n");
  expect(ended).toEqual([0, null]);
}, 40_000);
