import { describe, expect, test } from "vitest";
import {
  largeInfrastructure,
  seedFigures,
  smallInfrastructure,
  toDayCost,
  toInfrastructureCost,
  toMonthCost,
  toQuestionCost,
} from "../../../src/insights/cost/calculator.ts";
import { toModelCost, toRunCost } from "../../../src/insights/cost/model-cost.ts";
import type { DaySpending } from "../../../src/insights/cost/spending-ledger.ts";
import { toUnitEconomics } from "../../../src/insights/cost/unit-economics.ts";

describe("what one run costs", () => {
  test("R235, R236: input and output tokens at their own prices per thousand", () => {
    const tokens = { inputTokens: 1_000, outputTokens: 500 };
    expect(toModelCost({ inputPer1k: 0.03, outputPer1k: 0.06 }, tokens)).toBeCloseTo(0.06);
    expect(toModelCost({ inputPer1k: 0.001, outputPer1k: 0.002 }, tokens)).toBeCloseTo(0.002);
    expect(toModelCost({ inputPer1k: 0.015, outputPer1k: 0.075 }, tokens)).toBeCloseTo(0.0525);
  });

  test("R237: models, tools and a thousandth of a dollar for each search", () => {
    expect(toRunCost({ modelUsd: 0.01, toolUsd: 0.002, searches: 3 })).toBeCloseTo(0.015);
  });

  test("R238: a month is its runs and the infrastructure", () => {
    expect(toInfrastructureCost(smallInfrastructure)).toBeCloseTo(30.23);
    expect(toInfrastructureCost(largeInfrastructure)).toBeCloseTo(110.23);
    expect(toMonthCost(0.015, 10_000, smallInfrastructure)).toBeCloseTo(180.23);
  });

  test("searches and tools are part of a question, and the cache saves all of it", () => {
    const load = {
      questionsPerDay: 100,
      inputTokens: 1_000,
      outputTokens: 0,
      traffic: [{ share: 1, price: { inputPer1k: 0.01, outputPer1k: 0 } }],
      searchesPerQuestion: 2,
      toolUsdPerQuestion: 0.003,
      cacheHitRate: 0.5,
    };
    expect(toQuestionCost(load)).toBeCloseTo(0.015);
    expect(toDayCost(load)).toBeCloseTo(0.75);
  });
});

describe("R239: the seeds' arithmetic", () => {
  const exact = [15_000, 3_800, 2_660, 450_000, 90_000, 22_800, 9_120, 9_230.23];

  test("comes out the same, to the cent of what is stated", () => {
    expect(seedFigures().map(({ computedUsd }) => Number(computedUsd.toFixed(2)))).toEqual(exact);
  });

  test("is never further from the seeds' rounded figure than the notes say", () => {
    for (const { seedUsd, computedUsd, note } of seedFigures()) {
      expect(Math.abs(computedUsd - seedUsd) / seedUsd).toBeLessThanOrEqual(0.15);
      expect(note.startsWith("exact") === (computedUsd === seedUsd) || note.includes("implies")).toBe(true);
    }
  });
});

describe("R244, R245: what the money was for", () => {
  const day = (overrides: Partial<DaySpending>): DaySpending => ({
    day: "2026-03-10",
    agent: "customer",
    model: "gpt-4o-mini",
    turns: 10,
    answered: 9,
    modelCalls: 12,
    toolCalls: 2,
    searches: 5,
    inputTokens: 1_500,
    outputTokens: 700,
    modelUsd: 0.08,
    toolUsd: 0.015,
    searchUsd: 0.005,
    costUsd: 0.1,
    ...overrides,
  });

  test("is told per question, conversation and lead, by agent, model and day, and against people", () => {
    const days = [day({}), day({ day: "2026-03-11", agent: "staff", model: "gpt-4o", costUsd: 0.3 })];
    const found = toUnitEconomics(
      days,
      { conversations: 8, contained: 6, leads: 2 },
      { humanCostPerConversation: 5 },
    );
    expect(found).toMatchObject({
      costPerQuery: 0.02,
      tokensPerQuery: 220,
      costPerConversation: 0.05,
      costPerAcquisition: 0.2,
      meets: { costPerQuery: true, tokensPerQuery: true },
    });
    expect(found.savingsUsd).toBeCloseTo(29.6);
    expect(Object.fromEntries(found.byAgent)).toEqual({ customer: 0.1, staff: 0.3 });
    expect(Object.fromEntries(found.byModel)).toEqual({ "gpt-4o-mini": 0.1, "gpt-4o": 0.3 });
    expect([...found.byDay.keys()]).toEqual(["2026-03-10", "2026-03-11"]);
  });

  test("divides nothing by nothing", () => {
    const none = toUnitEconomics(
      [],
      { conversations: 0, contained: 0, leads: 0 },
      { humanCostPerConversation: 5 },
    );
    expect(none).toMatchObject({
      costUsd: 0,
      costPerQuery: undefined,
      costPerAcquisition: undefined,
      savingsUsd: 0,
    });
    expect(none.meets.costPerQuery).toBeUndefined();
  });
});
