import fc from "fast-check";
import { expect, test } from "vitest";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";
import { fastStateContract } from "../contract/fast-state.ts";

let clock = 1_000_000;

fastStateContract({
  name: "memory",
  create: async () => createMemoryFastState({ now: () => clock }),
  pass: async (ms) => {
    clock += ms;
  },
});

test("stays within its bounds however much is put in", async () => {
  const state = createMemoryFastState({ maxItems: 100, maxBytes: 10_000 });
  for (let index = 0; index < 1_000; index += 1)
    await state.set(`k${index}`, "x".repeat(50), { ttlMs: 60_000 });
  const kept = await Promise.all(Array.from({ length: 1_000 }, (_, index) => state.get(`k${index}`)));
  expect(kept.filter((value) => value !== undefined).length).toBeLessThanOrEqual(100);
});

test("a bucket never lets more through than capacity plus refill, whatever the pace and the clock do", async () => {
  const takes = fc.array(
    fc.record({ after: fc.integer({ min: -5_000, max: 20_000 }), cost: fc.integer({ min: 1, max: 4 }) }),
  );
  await fc.assert(
    fc.asyncProperty(takes, async (steps) => {
      let now = 1_000_000;
      const state = createMemoryFastState({ now: () => now, maxItems: 10 });
      let [through, latest] = [0, now];
      let first: number | undefined;
      for (const { after, cost } of steps) {
        now += after;
        first ??= now;
        latest = Math.max(latest, now);
        if ((await state.take("k", { capacity: 5, refillPerMinute: 30, cost })).allowed) through += cost;
      }
      expect(through).toBeLessThanOrEqual(5 + ((latest - (first ?? latest)) * 30) / 60_000 + 1e-6);
    }),
  );
});
