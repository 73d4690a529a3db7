import type { SpokenMessage } from "../core/agent.ts";
import type { ContactId, ConversationId, TenantId } from "../core/ids.ts";
import type { ModelSettings } from "./agent-settings.ts";
import type { ModelLadder } from "./model-ladder.ts";
import { usesOf, type ModelOutcome } from "./model-reply.ts";
import type { Prices } from "./prices.ts";
import { askWithinBudget, type Purse } from "./spend.ts";
import { summarizeHistory } from "./summarize-history.ts";

/** What is to be shortened, and for whom it is paid. */
export interface SummarizeRequest {
  readonly messages: readonly SpokenMessage[];
  readonly previous: string | undefined;
  readonly context: {
    readonly tenantId: TenantId;
    readonly conversationId: ConversationId;
    readonly contactId: ContactId;
  };
  readonly signal: AbortSignal;
}

/** What writing a summary cost. */
export interface SummaryCost {
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly durationMs: number;
}

/** A summary, and what was paid for it; nothing where no model answered. */
export interface WrittenSummary {
  readonly text: string;
  readonly cost: SummaryCost | undefined;
}

interface SummarizerParts {
  /** Cheap models. */
  readonly ladder: ModelLadder;
  readonly models: readonly ModelSettings[];
  readonly purse: Purse | undefined;
  readonly prices: Prices;
  /** Milliseconds all tries may take together. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Writes summaries by the cheap models, within the day's money. Where none answers in time or nothing may be spent,
 * the sentences with facts are kept as they are. Never rejects.
 */
export function createSummarizer(parts: SummarizerParts) {
  const { ladder, models, purse, prices, timeoutMs = 20_000 } = parts;

  return async function summarize(request: SummarizeRequest): Promise<WrittenSummary> {
    const startedAt = performance.now();
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
    const remainingMs = () => timeoutMs - (performance.now() - startedAt);
    let outcome: ModelOutcome | undefined;
    const ask = async (system: string, text: string) => {
      const messages = [
        { role: "system", text: system },
        { role: "user", text },
      ] as const;
      const question = { messages, tools: [], onText: undefined, signal };
      const call = {
        purse,
        prices,
        context: request.context,
        isFirst: false,
        question,
        wanted: models,
        cheap: [],
      };
      outcome = await askWithinBudget(call, (_, bill) => ladder.ask({ ...question, ...bill }, remainingMs));
      return outcome.kind === "replied" ? outcome.reply.text : "";
    };
    const { messages, previous } = request;
    const text = await summarizeHistory({ messages, previous, ...(models.length > 0 && { ask }) });
    return { text, cost: toCost(outcome, prices, performance.now() - startedAt) };
  };
}

function toCost(
  outcome: ModelOutcome | undefined,
  prices: Prices,
  durationMs: number,
): SummaryCost | undefined {
  const uses = outcome === undefined ? [] : usesOf(outcome);
  const last = uses.at(-1);
  if (last === undefined) return undefined;
  return {
    model: last.model,
    inputTokens: uses.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: uses.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    costUsd: uses.reduce((sum, use) => sum + prices.costOf(use.model, use), 0),
    durationMs,
  };
}
