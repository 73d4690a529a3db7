import type { TokenPrice } from "./model-cost.ts";
import { searchCostUsd, toModelCost } from "./model-cost.ts";

/** What runs on which share of the questions. Shares add up to 1. */
export interface TrafficShare {
  readonly share: number;
  readonly price: TokenPrice;
}

/** A load to be priced. */
export interface Load {
  readonly questionsPerDay: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Share answered from the cache, free of charge. */
  readonly cacheHitRate?: number | undefined;
  readonly traffic: readonly TrafficShare[];
  readonly searchesPerQuestion?: number | undefined;
  readonly toolUsdPerQuestion?: number | undefined;
}

/** A month is 30 days wherever the seeds count. */
const monthDays = 30;

/** US dollars of one question that is not answered from the cache: its model, its tools and its searches. */
export function toQuestionCost(load: Load): number {
  const model = load.traffic.reduce((sum, { share, price }) => sum + share * toModelCost(price, load), 0);
  return model + (load.toolUsdPerQuestion ?? 0) + (load.searchesPerQuestion ?? 0) * searchCostUsd;
}

export function toDayCost(load: Load): number {
  return load.questionsPerDay * (1 - (load.cacheHitRate ?? 0)) * toQuestionCost(load);
}

/** What runs beside the models, US dollars a month. */
export interface Infrastructure {
  readonly computeUsd: number;
  readonly storageGb: number;
  readonly monitoringUsd: number;
}

/** US dollars of a gigabyte kept for a month. */
export const storageUsdPerGb = 0.023;

/** What the seeds name: compute from $20 to $100, storage at $0.023 a gigabyte, monitoring at $10. */
export const smallInfrastructure: Infrastructure = { computeUsd: 20, storageGb: 10, monitoringUsd: 10 };
export const largeInfrastructure: Infrastructure = { computeUsd: 100, storageGb: 10, monitoringUsd: 10 };

export function toInfrastructureCost({ computeUsd, storageGb, monitoringUsd }: Infrastructure): number {
  return computeUsd + storageGb * storageUsdPerGb + monitoringUsd;
}

/** US dollars a month: what each run costs, times the runs, and the infrastructure. */
export function toMonthCost(runUsd: number, runsPerMonth: number, infrastructure: Infrastructure): number {
  return runUsd * runsPerMonth + toInfrastructureCost(infrastructure);
}

export function toMonth(dayUsd: number): number {
  return dayUsd * monthDays;
}

/** A figure of the seeds, the documents that describe what Baton should cost, beside the same figure computed. */
export interface SeedFigure {
  readonly name: string;
  readonly seed: string;
  readonly seedUsd: number;
  readonly computedUsd: number;
  /** How the two differ, and what the computed one rests on. */
  readonly note: string;
}

/** The prices the seeds count with: one price for all tokens of a call. */
const strong: TokenPrice = { inputPer1k: 0.03, outputPer1k: 0.03 };
const cheap: TokenPrice = { inputPer1k: 0.002, outputPer1k: 0.002 };

const millionOnStrong: Load = {
  questionsPerDay: 1_000_000,
  inputTokens: 500,
  outputTokens: 0,
  traffic: [{ share: 1, price: strong }],
};
const hybrid: Load = {
  ...millionOnStrong,
  traffic: [
    { share: 0.8, price: cheap },
    { share: 0.2, price: strong },
  ],
};

/**
 * Every cost the seeds compute, computed again. Where they rounded, the note says so. Their chain of monthly costs
 * names results only: its levers and their order are read out of the quotients, and the computed figures are ours.
 */
export function seedFigures(): readonly SeedFigure[] {
  const monthOnStrong = toMonth(toDayCost(millionOnStrong));
  const afterCache = monthOnStrong * (1 - 0.8);
  const priceRatio = cheap.inputPer1k / strong.inputPer1k;
  const afterTiers = afterCache * (0.2 + 0.8 * priceRatio);
  const afterPrompts = afterTiers * (200 / 500);
  return [
    {
      name: "1 M questions a day, 500 tokens, all on the strong model, a day",
      seed: "$15K",
      seedUsd: 15_000,
      computedUsd: toDayCost(millionOnStrong),
      note: "exact: 1 000 000 × 500 tokens × $0.03 per 1K",
    },
    {
      name: "the same, 80 % on the cheap model, a day",
      seed: "~$4K",
      seedUsd: 4_000,
      computedUsd: toDayCost(hybrid),
      note: "rounded up by the seed: 80 % at $0.002 and 20 % at $0.03 are $3 800",
    },
    {
      name: "the same, 30 % from the cache, a day",
      seed: "~$2.8K",
      seedUsd: 2_800,
      computedUsd: toDayCost({ ...hybrid, cacheHitRate: 0.3 }),
      note: "the seed takes 70 % of its rounded $4K; of $3 800 they are $2 660",
    },
    {
      name: "all on the strong model, a month",
      seed: "$450K",
      seedUsd: 450_000,
      computedUsd: monthOnStrong,
      note: "exact: 30 days of $15 000",
    },
    {
      name: "then a cache, a month",
      seed: "$90K",
      seedUsd: 90_000,
      computedUsd: afterCache,
      note: "the figure implies 80 % from the cache; with the seed's own hit rate of 79 % it is $94 500",
    },
    {
      name: "then a cheap model, a month",
      seed: "$21K",
      seedUsd: 21_000,
      computedUsd: afterTiers,
      note: "80 % cheap give $22 800; the seed's 70 % cheap at these prices would be $31 200, its $21K rests on a lower price or share it does not name",
    },
    {
      name: "then prompts of 200 tokens instead of 500, a month",
      seed: "$8K",
      seedUsd: 8_000,
      computedUsd: afterPrompts,
      note: "200 / 500 of $21K are $8 400, which the seed rounds down; of our $22 800 they are $9 120",
    },
    {
      name: "in all, with what runs beside it, a month",
      seed: "~$10K",
      seedUsd: 10_000,
      computedUsd: afterPrompts + toInfrastructureCost(largeInfrastructure),
      note: "the seed adds about $2K without naming what for; ours adds the named constants",
    },
  ];
}
