import type { AgentRequest, Usage } from "../core/agent.ts";
import type { ModelTiers } from "./model-tiers.ts";
import { modelOutcome, type ModelOutcome } from "./model-reply.ts";
import type { Prices } from "./prices.ts";
import { askWithinBudget, type Purse } from "./spend.ts";
import { createUsageMeter } from "./usage-meter.ts";

/** What came of a question beside the answer: the text, or none where nobody answered, and what it used. */
export interface AnsweredOnce {
  readonly text: string | undefined;
  readonly usage: Usage;
}

interface AskOnceParts {
  readonly tiers: Pick<ModelTiers, "coolFor">;
  readonly purse: Purse | undefined;
  readonly prices: Prices;
  /** The person waits for it, milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Asks the agent's cheap models one question at temperature 0 before a turn answers: journaled under `key`, within the
 * day's money, without a second try. Rejects only with the reason of the request's signal, or a bug.
 */
export function createAskOnce({ tiers, purse, prices, timeoutMs = 5_000 }: AskOnceParts) {
  return async function askOnce(request: AgentRequest, key: string, prompt: string): Promise<AnsweredOnce> {
    const { ladder, models } = tiers.coolFor(request.context.role);
    const usage = createUsageMeter(prices);
    const step = await request.journal.step(
      { key, kind: "model", name: ladder.name, input: prompt, repeatable: true },
      async () => {
        const started = performance.now();
        const outcome = await ask();
        const durationMs = performance.now() - started;
        return {
          output: outcome,
          ok: outcome.kind === "replied",
          durationMs,
          costUsd: usage.costOf(outcome),
        };
      },
    );
    const outcome = modelOutcome.parse(step.output);
    usage.addModelCall(outcome);
    return { text: outcome.kind === "replied" ? outcome.reply.text : undefined, usage: usage.read() };

    async function ask(): Promise<ModelOutcome> {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
      const question = {
        messages: [{ role: "user", text: prompt } as const],
        tools: [],
        onText: undefined,
        signal,
      };
      const { context, history } = request;
      const isFirst = history.length === 0;
      const call = { purse, prices, context, isFirst, question, wanted: models, cheap: [] };
      try {
        return await askWithinBudget(call, (_, bill) => ladder.ask({ ...question, ...bill }, () => 0));
      } catch (cause) {
        request.signal.throwIfAborted();
        if (!signal.aborted) throw cause;
        return { kind: "failed", reason: "model unavailable", detail: `no answer within ${timeoutMs} ms` };
      }
    }
  };
}
