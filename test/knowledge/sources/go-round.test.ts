import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import { goRound, type GoRoundParts } from "../../../src/knowledge/sources/go-round.ts";
import { deriveId } from "../../../src/store/derive-id.ts";

const company = (name: string) => parseId<TenantId>(deriveId("test", "company", name));
const [slow, one, two, three] = [company("slow"), company("1"), company("2"), company("3")];

function aRound(given: Partial<GoRoundParts>) {
  const rounds: number[] = [];
  const gone: TenantId[] = [];
  const parts: GoRoundParts = {
    companies: () => [slow, one, two, three],
    goThrough: async (tenantId) => void gone.push(tenantId),
    isNews: () => false,
    onRound: async () => void rounds.push(gone.length),
    isRepeated: () => false,
    ...given,
  };
  return { gone, rounds, run: (signal = new AbortController().signal) => goRound(parts, signal) };
}

test("a company whose site is slow holds up itself and nobody else", async () => {
  const site = Promise.withResolvers<void>();
  const done: TenantId[] = [];
  const { rounds, run } = aRound({
    goThrough: async (tenantId) => {
      if (tenantId === slow) await site.promise;
      else await sleep(1);
      done.push(tenantId);
      if (tenantId === three) site.resolve();
    },
  });
  await run();
  expect(done).toEqual([one, two, three, slow]);
  expect(rounds).toHaveLength(1);
});

test("two companies at most are gone through at once, and each one's sources by one alone", async () => {
  let now = 0;
  let most = 0;
  const { run } = aRound({
    companies: () => [slow, one, two, three, slow],
    goThrough: async () => {
      most = Math.max(most, (now += 1));
      await sleep(5);
      now -= 1;
    },
  });
  await run();
  expect(most).toBe(2);
});

test("the other companies are looked at again while one is still being read", async () => {
  const stopping = new AbortController();
  let change = Promise.withResolvers<void>();
  const times = new Map<TenantId, number>();
  const { run } = aRound({
    companies: () => [slow, one],
    goThrough: async (tenantId, _isFirst, signal) => {
      times.set(tenantId, (times.get(tenantId) ?? 0) + 1);
      if (times.get(one) === 3) stopping.abort();
      if (tenantId === slow) await sleep(60_000, undefined, { signal });
      setTimeout(() => change.resolve());
    },
    isRepeated: () => true,
    changed: (signal) => {
      change = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => change.resolve(), { once: true });
      return change.promise;
    },
  });
  await expect(run(stopping.signal)).rejects.toMatchObject({ name: "AbortError" });
  expect([times.get(slow), times.get(one)]).toEqual([1, 3]);
});

test("what one company fails over ends the others and is told", async () => {
  const ended: TenantId[] = [];
  const { run } = aRound({
    isRepeated: () => true,
    goThrough: async (tenantId, _isFirst, signal) => {
      if (tenantId === one) throw new Error("the database is away");
      await sleep(60_000, undefined, { signal }).catch(() => ended.push(tenantId));
    },
  });
  await expect(run()).rejects.toThrow("the database is away");
  expect(ended).toEqual([slow]);
});

test("companies without sources are a round of nothing, and documents that changed are told of once all were seen", async () => {
  const nobody = aRound({ companies: () => [] });
  await nobody.run();
  expect(nobody.rounds).toEqual([0]);
  const { rounds, run } = aRound({ isNews: () => true });
  await run();
  expect(rounds).toEqual([4]);
});
