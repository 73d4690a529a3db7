import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import { createRedisFastState } from "../../src/store/redis-fast-state.ts";
import { createRedis, inspectRedis } from "../../src/store/redis.ts";
import { fastStateContract } from "../contract/fast-state.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const create = (): ReturnType<typeof createRedisFastState> =>
  createRedisFastState({ url: redis.url, log: silentLog });
const isReady = (state: ReturnType<typeof create>): Promise<void> =>
  vi.waitFor(async () => expect((await state.health()).ok).toBe(true), { timeout: 20_000 });

fastStateContract({
  name: "redis",
  create: async () => {
    const state = create();
    await isReady(state);
    return state;
  },
  pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

test("a delete reaches the memory of other processes", async () => {
  const [one, other] = [create(), create()];
  await Promise.all([isReady(one), isReady(other)]);
  await one.set("shared", "old", { ttlMs: 60_000, nearby: true });
  expect(await other.get("shared", { nearby: true })).toBe("old");
  await one.delete("shared");
  await expect.poll(() => other.get("shared", { nearby: true })).toBeUndefined();
  await Promise.all([one.stop(), other.stop()]);
});

test("uses keys as they are given", async () => {
  const state = create();
  await isReady(state);
  await state.set("company:1:faq", "x", { ttlMs: 5_000 });
  const client = createRedis({ url: redis.url, log: silentLog });
  await expect.poll(() => client.exists("company:1:faq").catch(() => 0)).toBe(1);
  client.disconnect();
  await state.stop();
});

test("without Redis it misses, limits by itself, and comes back with its subscriptions", async () => {
  const state = create();
  await isReady(state);
  const heard: string[] = [];
  await state.subscribe("news", (message) => void heard.push(message));
  await state.set("before", "x", { ttlMs: 60_000 });
  await redis.kill();
  const started = performance.now();
  expect(await state.get("before")).toBeUndefined();
  await state.set("during", "x", { ttlMs: 60_000 });
  const taken = await Promise.all(
    [1, 2, 3].map(() => state.take("limit", { capacity: 2, refillPerMinute: 1 })),
  );
  expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, false]);
  expect(await state.getOrLoad("asked", { ttlMs: 1_000 }, async () => "loaded")).toBe("loaded");
  await state.publish("news", "lost");
  expect((await state.health()).ok).toBe(false);
  expect(performance.now() - started).toBeLessThan(20_000); // without a bound they would wait for Redis
  await redis.restart({ keep: false });
  await isReady(state);
  await expect
    .poll(
      async () => {
        await state.publish("news", "again");
        return heard.includes("again");
      },
      { timeout: 20_000 },
    )
    .toBe(true);
  await state.stop();
});

test("a Redis that accepts and never answers holds nobody up", async () => {
  const state = create();
  await isReady(state);
  redis.freeze();
  const started = performance.now();
  expect(await state.get("anything")).toBeUndefined();
  expect((await state.take("frozen", { capacity: 1, refillPerMinute: 1 })).allowed).toBe(true);
  expect(performance.now() - started).toBeLessThan(20_000);
  redis.thaw();
  await isReady(state);
  await state.stop();
});

test("names what is wrong with a Redis for a queue, and how to mend it", async () => {
  const client = createRedis({ url: redis.url, log: silentLog });
  await expect.poll(() => client.status).toBe("ready");
  expect((await inspectRedis(client)).problems).toEqual([]);
  await redis.config("maxmemory-policy", "allkeys-lru");
  await redis.config("appendonly", "no");
  const { problems } = await inspectRedis(client);
  expect(problems.join("\n")).toContain("CONFIG SET maxmemory-policy noeviction");
  expect(problems.join("\n")).toContain("CONFIG SET appendonly yes");
  client.disconnect();
});
