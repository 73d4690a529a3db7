import type { Activity, DaySpending } from "./spending-ledger.ts";

/** What a company says its people cost, to hold the bot's spending against. */
export interface Baseline {
  /** US dollars of one conversation that a person answers. */
  readonly humanCostPerConversation: number;
}

/** Targets that the numbers are shown beside; a company may set its own. */
export interface CostTargets {
  readonly costPerQuery: number;
  readonly tokensPerQuery: number;
  readonly tokensPerRequest: number;
}

/** The seeds' targets: at most $0.02 and fewer than 300 tokens a question, fewer than 2 000 tokens in one request. */
export const costTargets: CostTargets = { costPerQuery: 0.02, tokensPerQuery: 300, tokensPerRequest: 2_000 };

/** A period's money in the units people ask about, US dollars. `undefined`: nothing to divide by. */
export interface UnitEconomics {
  readonly costUsd: number;
  readonly modelUsd: number;
  readonly toolUsd: number;
  readonly searchUsd: number;
  readonly costPerQuery: number | undefined;
  readonly tokensPerQuery: number | undefined;
  readonly costPerConversation: number | undefined;
  /** For each lead that was won in the period. */
  readonly costPerAcquisition: number | undefined;
  /** What people would have cost in the conversations the bot finished alone, less what it cost. */
  readonly savingsUsd: number;
  readonly byAgent: ReadonlyMap<string, number>;
  readonly byModel: ReadonlyMap<string, number>;
  readonly byDay: ReadonlyMap<string, number>;
  readonly meets: Readonly<Record<"costPerQuery" | "tokensPerQuery", boolean | undefined>>;
}

/** Puts spending and what it was for together. Touches nothing. */
export function toUnitEconomics(
  days: readonly DaySpending[],
  { conversations, contained, leads }: Activity,
  { humanCostPerConversation }: Baseline,
  targets: CostTargets = costTargets,
): UnitEconomics {
  const total = (of: (day: DaySpending) => number): number => days.reduce((sum, day) => sum + of(day), 0);
  const costUsd = total((day) => day.costUsd);
  const turns = total((day) => day.turns);
  const costPerQuery = per(costUsd, turns);
  const tokensPerQuery = per(
    total((day) => day.inputTokens + day.outputTokens),
    turns,
  );
  return {
    costUsd,
    modelUsd: total((day) => day.modelUsd),
    toolUsd: total((day) => day.toolUsd),
    searchUsd: total((day) => day.searchUsd),
    costPerQuery,
    tokensPerQuery,
    costPerConversation: per(costUsd, conversations),
    costPerAcquisition: per(costUsd, leads),
    savingsUsd: contained * humanCostPerConversation - costUsd,
    byAgent: sumBy(days, (day) => day.agent),
    byModel: sumBy(days, (day) => day.model),
    byDay: sumBy(days, (day) => day.day),
    meets: {
      costPerQuery: costPerQuery === undefined ? undefined : costPerQuery <= targets.costPerQuery,
      tokensPerQuery: tokensPerQuery === undefined ? undefined : tokensPerQuery < targets.tokensPerQuery,
    },
  };
}

function per(sum: number, count: number): number | undefined {
  return count === 0 ? undefined : sum / count;
}

function sumBy(
  days: readonly DaySpending[],
  nameOf: (day: DaySpending) => string,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const day of days) sums.set(nameOf(day), (sums.get(nameOf(day)) ?? 0) + day.costUsd);
  return sums;
}
