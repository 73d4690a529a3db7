import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ContactId, ConversationId, TenantId } from "../../../src/core/ids.ts";
import {
  createBudget,
  type SpendingAlert,
  type SpendingLimits,
  type Spender,
} from "../../../src/insights/cost/budget.ts";
import { decideSpending, type SpendingReading } from "../../../src/insights/cost/decide-spending.ts";
import { deriveId } from "../../../src/store/derive-id.ts";
import type { FastState } from "../../../src/store/fast-state.ts";
import { createMemoryFastState } from "../../../src/store/memory-fast-state.ts";

const spender: Spender = {
  tenantId: deriveId<TenantId>("tenant"),
  contactId: deriveId<ContactId>("contact"),
  conversationId: deriveId<ConversationId>("conversation"),
};
const other: Spender = {
  tenantId: deriveId<TenantId>("another"),
  contactId: deriveId<ContactId>("somebody"),
  conversationId: deriveId<ConversationId>("elsewhere"),
};

type Counters = Pick<FastState, "count" | "countAll">;

interface Recorded {
  readonly dayUsd?: number;
  readonly tokens?: number;
}

function aHouse(limits: Partial<SpendingLimits> = {}, recorded: Recorded = {}, fast?: Counters) {
  let at = Date.parse("2026-03-10T10:00:00Z");
  const alerts: SpendingAlert[] = [];
  const refused: string[] = [];
  const asked = { ledger: 0 };
  const read = async (value: number) => {
    asked.ledger += 1;
    return value;
  };
  const parts = {
    fast: fast ?? createMemoryFastState({ now: () => at, maxItems: 1_000 }),
    ledger: {
      dayUsd: () => read(recorded.dayUsd ?? 0),
      customerTokens: () => read(recorded.tokens ?? 0),
      conversationTokens: () => read(recorded.tokens ?? 0),
    },
    limits: { maxPerDayUsd: 100, alertThresholdUsd: 75, ...limits },
    onAlert: (alert: SpendingAlert) => alerts.push(alert),
    onRefused: (scope: string) => refused.push(scope),
    now: () => new Date(at),
  };
  return {
    budget: createBudget(parts),
    another: () => createBudget(parts),
    alerts,
    refused,
    asked,
    pass: (ms: number) => (at += ms),
  };
}

const dollars = (costUsd: number, tokens = 0) => ({ costUsd, tokens });

async function spend(house: ReturnType<typeof aHouse>, usd: number, by = spender) {
  const reservation = await house.budget.reserve(by, dollars(usd), dollars(usd));
  if (reservation.kind === "granted") await reservation.settle(dollars(usd));
  return reservation.kind === "granted" ? reservation.tier : reservation.scope;
}

describe("a day's money", () => {
  test("R240: below the limit the wanted model answers, at the limit none does, and the next day begins anew", async () => {
    const house = aHouse({ alertThresholdUsd: 100 });
    expect(await spend(house, 99)).toBe("wanted");
    expect(await spend(house, 2)).toBe("deployment day");
    expect(await spend(house, 1)).toBe("wanted");
    expect(await spend(house, 0.01)).toBe("deployment day");
    house.pass(14 * 60 * 60 * 1000);
    expect(await spend(house, 0.01)).toBe("wanted");
  });

  test("R241: one alert is raised when the threshold is crossed, and the cheap tier answers from then on", async () => {
    const house = aHouse();
    expect(await spend(house, 74.9)).toBe("wanted");
    expect(house.alerts).toEqual([]);
    expect(await spend(house, 0.2)).toBe("wanted");
    for (let each = 0; each < 5; each += 1) expect(await spend(house, 0.1)).toBe("cheap");
    expect(house.alerts).toMatchObject([
      { kind: "threshold crossed", scope: "deployment day", limitUsd: 100 },
    ]);
    expect(house.alerts[0]?.spentUsd).toBeCloseTo(75.1);
  });

  test("the limit is told once, however many calls it refuses", async () => {
    const house = aHouse({ maxPerDayUsd: 1, alertThresholdUsd: 1 });
    for (let each = 0; each < 5; each += 1) await spend(house, 2);
    expect(house.alerts).toMatchObject([{ kind: "limit reached", scope: "deployment day" }]);
    expect(house.refused).toEqual(Array.from({ length: 5 }, () => "deployment day"));
  });

  test("the cheap model is asked where only the wanted one would cross the limit", async () => {
    const house = aHouse({ maxPerDayUsd: 1, alertThresholdUsd: 1 });
    const reservation = await house.budget.reserve(spender, dollars(1.5), dollars(0.2));
    expect(reservation).toMatchObject({ kind: "granted", tier: "cheap" });
    // What was held back for the wanted one is free again.
    expect((await house.budget.reserve(spender, dollars(0.8))).kind).toBe("granted");
    expect((await house.budget.reserve(spender, dollars(0.1))).kind).toBe("refused");
  });

  test("a company's own limit stops that company and nobody else", async () => {
    const tenantPerDayUsd = (id: TenantId) => (id === spender.tenantId ? 5 : undefined);
    const house = aHouse({ tenantPerDayUsd });
    expect(await spend(house, 5)).toBe("wanted");
    expect(await spend(house, 1)).toBe("tenant day");
    expect(await spend(house, 1, other)).toBe("wanted");
  });

  test("R241: a company that crosses the same share of its own limit is told of once", async () => {
    const house = aHouse({ tenantPerDayUsd: (id) => (id === spender.tenantId ? 4 : undefined) });
    expect(await spend(house, 2.9)).toBe("wanted");
    expect(house.alerts).toEqual([]);
    expect(await spend(house, 0.2)).toBe("wanted");
    for (let each = 0; each < 3; each += 1) expect(await spend(house, 0.1)).toBe("cheap");
    expect(await spend(house, 0.1, other)).toBe("wanted");
    expect(house.alerts).toMatchObject([
      { kind: "threshold crossed", scope: "tenant day", tenantId: spender.tenantId, limitUsd: 4 },
    ]);
  });

  test("tools and searches count against the same limit", async () => {
    const house = aHouse({ maxPerDayUsd: 1, alertThresholdUsd: 1 });
    await house.budget.charge(spender, dollars(0.95));
    expect(await house.budget.spentToday()).toBeCloseTo(0.95);
    expect(await spend(house, 0.1)).toBe("deployment day");
  });

  test("what a call did not use is free for the next one, also after a call that failed", async () => {
    const house = aHouse({ maxPerDayUsd: 1, alertThresholdUsd: 1 });
    for (let each = 0; each < 20; each += 1) {
      const reservation = await house.budget.reserve(spender, dollars(0.9));
      expect(reservation.kind).toBe("granted");
      if (reservation.kind === "granted") await reservation.settle(dollars(each % 2 === 0 ? 0 : 0.005));
    }
    expect(await house.budget.spentToday()).toBeCloseTo(0.05);
  });

  test("small costs are never rounded to nothing", async () => {
    const house = aHouse();
    for (let each = 0; each < 100; each += 1) await spend(house, 0.0000001);
    expect(await house.budget.spentToday()).toBeGreaterThanOrEqual(0.0001);
  });
});

describe("tokens", () => {
  test("R242: a customer's day is limited, others' are not", async () => {
    const house = aHouse({ tokensPerCustomerDay: 1_000 });
    const take = async (by: Spender, tokens: number) => {
      const reservation = await house.budget.reserve(by, dollars(0, tokens));
      if (reservation.kind === "granted") await reservation.settle(dollars(0, tokens));
      return reservation.kind === "granted" ? "granted" : reservation.scope;
    };
    expect(await take(spender, 900)).toBe("granted");
    expect(await take(spender, 200)).toBe("customer day");
    expect(await take(other, 200)).toBe("granted");
    house.pass(24 * 60 * 60 * 1000);
    expect(await take(spender, 200)).toBe("granted");
  });

  test("R243: a conversation's tokens are limited and go on from what the ledger knows", async () => {
    const house = aHouse({ tokensPerConversation: 1_000 }, { tokens: 950 });
    expect(await house.budget.reserve(spender, dollars(0, 100))).toMatchObject({ scope: "conversation" });
    const first = await house.budget.reserve({ ...other, isFirst: true }, dollars(0, 100));
    expect(first.kind).toBe("granted");
  });
});

describe("the counters", () => {
  test("what the ledger knows is counted when the counter is new, once, however many ask at once", async () => {
    const house = aHouse({}, { dayUsd: 60 });
    const budgets = [house.budget, house.another(), house.another()];
    await Promise.all(budgets.map(async (budget) => budget.reserve(spender, dollars(1))));
    expect(await house.budget.spentToday()).toBeCloseTo(60);
    expect(house.asked.ledger).toBeLessThanOrEqual(3);
    await house.budget.spentToday();
    expect(house.asked.ledger).toBeLessThanOrEqual(3);
  });

  test("a hold whose process died is forgotten after ten minutes", async () => {
    const house = aHouse({ maxPerDayUsd: 1, alertThresholdUsd: 1 });
    await house.budget.reserve(spender, dollars(0.9));
    house.pass(4 * 60 * 1000);
    expect((await house.budget.reserve(spender, dollars(0.9))).kind).toBe("refused");
    house.pass(10 * 60 * 1000);
    expect((await house.budget.reserve(spender, dollars(0.9))).kind).toBe("granted");
  });

  test("when the counters are lost, counting goes on from the ledger", async () => {
    let fast = createMemoryFastState({ maxItems: 1_000 });
    const lossy: Counters = {
      count: (key, by, ttlMs) => fast.count(key, by, ttlMs),
      countAll: (counts) => fast.countAll(counts),
    };
    const recorded = { dayUsd: 0 };
    const house = aHouse({}, recorded, lossy);
    await spend(house, 40);
    recorded.dayUsd = 40; // the turn was committed
    fast = createMemoryFastState({ maxItems: 1_000 });
    expect(await house.budget.spentToday()).toBeCloseTo(40);
    expect(await spend(house, 61)).toBe("deployment day");
  });

  test("turns at the same time, in any number of processes, never spend more than the limit", async () => {
    const call = fc.record({
      max: fc.integer({ min: 1, max: 400 }),
      used: fc.double({ min: 0, max: 1, noNaN: true }),
      waits: fc.tuple(fc.nat(3), fc.nat(3)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        async (calls, processes) => {
          const memory = createMemoryFastState({ maxItems: 1_000 });
          let seed = 7;
          const late = async <T>(key: string, ask: () => Promise<T>): Promise<T> => {
            seed = (seed * 31 + key.length) % 5;
            for (let tick = 0; tick < seed; tick += 1) await Promise.resolve();
            const value = await ask();
            for (let tick = 0; tick < seed; tick += 1) await Promise.resolve();
            return value;
          };
          const slow: Counters = {
            count: (key, by, ttlMs) => late(key, () => memory.count(key, by, ttlMs)),
            countAll: (counts) => late(counts[0]?.key ?? "", () => memory.countAll(counts)),
          };
          const house = aHouse({ maxPerDayUsd: 10, alertThresholdUsd: 7 }, {}, slow);
          const budgets = Array.from({ length: processes }, () => house.another());
          let spent = 0;
          await Promise.all(
            calls.map(async ({ max, used, waits }, at) => {
              for (let tick = 0; tick < waits[0]; tick += 1) await Promise.resolve();
              const maxUsd = max / 100;
              const reservation = await budgets[at % processes]?.reserve(
                spender,
                dollars(maxUsd),
                dollars(maxUsd / 10),
              );
              if (reservation?.kind !== "granted") return;
              if (waits[1] === 3) await sleep(0);
              const actual = used * (reservation.tier === "cheap" ? maxUsd / 10 : maxUsd);
              spent += actual;
              await reservation.settle(dollars(actual));
            }),
          );
          expect(spent).toBeLessThanOrEqual(10);
          expect(await house.budget.spentToday()).toBeGreaterThanOrEqual(spent - 1e-9);
          expect(house.alerts.filter(({ kind }) => kind === "threshold crossed").length).toBeLessThanOrEqual(
            1,
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("the decision", () => {
  const reading = (overrides: Partial<SpendingReading>): SpendingReading => ({
    scope: "deployment day",
    used: 0,
    total: 10,
    limit: 100,
    wanted: 10,
    cheap: 1,
    ...overrides,
  });

  test.each([
    ["everything is below its limit", [reading({})], "ok"],
    ["the wanted model just fits", [reading({ total: 100 })], "ok"],
    ["only the cheap model fits", [reading({ total: 105 })], "cheap tier"],
    ["not even the cheap model fits", [reading({ total: 110 })], "no model"],
    ["the threshold was crossed", [reading({ used: 76, threshold: 75 })], "cheap tier"],
    [
      "the threshold was crossed and there is no cheap model",
      [reading({ used: 76, threshold: 75, cheap: undefined })],
      "ok",
    ],
    [
      "one of two limits is exceeded",
      [reading({}), reading({ scope: "customer day", total: 200 })],
      "no model",
    ],
  ] as const)("when %s", (_, readings, kind) => {
    expect(decideSpending(readings).kind).toBe(kind);
  });
});
