import type { Usage } from "../core/agent.ts";
import type { ModelReply } from "./model-reply.ts";
import type { Prices } from "./prices.ts";

/** Adds up what a turn used; replayed steps count like the ones that ran. */
export interface UsageMeter {
  costOf(reply: ModelReply): number;
  addModelCall(reply: ModelReply | undefined): void;
  addToolCall(costUsd: number): void;
  read(): Usage;
}

/** Starts at nothing. */
export function createUsageMeter(prices: Prices): UsageMeter {
  let usage: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 };
  const costOf = (reply: ModelReply) => prices.costOf(reply.model, reply);
  return {
    costOf,
    addModelCall(reply) {
      usage = {
        ...usage,
        inputTokens: usage.inputTokens + (reply?.inputTokens ?? 0),
        outputTokens: usage.outputTokens + (reply?.outputTokens ?? 0),
        costUsd: usage.costUsd + (reply === undefined ? 0 : costOf(reply)),
        modelCalls: usage.modelCalls + 1,
      };
    },
    addToolCall(costUsd) {
      usage = { ...usage, costUsd: usage.costUsd + costUsd, toolCalls: usage.toolCalls + 1 };
    },
    read: () => usage,
  };
}
