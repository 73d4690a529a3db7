import type { Usage } from "../core/agent.ts";
import { usesOf, type ModelOutcome } from "./model-reply.ts";
import type { Prices } from "./prices.ts";

/** Adds up what a turn used; replayed steps count like the ones that ran. */
export interface UsageMeter {
  /** US dollars of one step's calls, those included that broke. */
  costOf(outcome: ModelOutcome): number;
  addModelCall(outcome: ModelOutcome): void;
  addToolCall(costUsd: number): void;
  /** Adds what something else of the same turn used. */
  add(used: Usage): void;
  read(): Usage;
}

/** Starts at nothing. */
export function createUsageMeter(prices: Prices): UsageMeter {
  let usage: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 };
  return {
    costOf: (outcome) => usesOf(outcome).reduce((sum, use) => sum + prices.costOf(use.model, use), 0),
    addModelCall(outcome) {
      for (const use of usesOf(outcome)) {
        usage = {
          ...usage,
          inputTokens: usage.inputTokens + use.inputTokens,
          outputTokens: usage.outputTokens + use.outputTokens,
          costUsd: usage.costUsd + prices.costOf(use.model, use),
        };
      }
      usage = { ...usage, modelCalls: usage.modelCalls + 1 };
    },
    addToolCall(costUsd) {
      usage = { ...usage, costUsd: usage.costUsd + costUsd, toolCalls: usage.toolCalls + 1 };
    },
    add(used) {
      usage = addUsage(usage, used);
    },
    read: () => usage,
  };
}

/** Both together. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    costUsd: a.costUsd + b.costUsd,
    modelCalls: a.modelCalls + b.modelCalls,
    toolCalls: a.toolCalls + b.toolCalls,
  };
}
