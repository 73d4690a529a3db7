import { Redis } from "ioredis";
import { setTimeout as delay } from "node:timers/promises";
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
    await expect.poll(others, { timeout: 5_000 }).toBe(2);
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
