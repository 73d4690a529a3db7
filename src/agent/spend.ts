import type { AgentRequest } from "../core/agent.ts";
import type { Budget, Reservation, Spent } from "../insights/cost/budget.ts";
import type { ModelSettings } from "./agent-settings.ts";
import type { ModelQuestion } from "./chat-model.ts";
import type { LadderQuestion } from "./model-ladder.ts";
import type { ModelOutcome, ModelUse } from "./model-reply.ts";
import type { Prices } from "./prices.ts";

/** What a model call is paid from. */
export type Purse = Pick<Budget, "reserve">;

/** A call and whoever can make it. */
interface Call {
  readonly purse: Purse | undefined;
  readonly prices: Prices;
  readonly context: Pick<AgentRequest["context"], "tenantId" | "contactId" | "conversationId">;
  /** The conversation has no earlier messages. */
  readonly isFirst: boolean;
  readonly question: Pick<ModelQuestion, "messages" | "tools">;
  /** The models that may be asked, and those of the cheap tier. */
  readonly wanted: readonly ModelSettings[];
  readonly cheap: readonly ModelSettings[];
}

/** Asks one of the two ladders, which tells what its broken calls used and asks before each further one. */
type AskLadder = (
  tier: "wanted" | "cheap",
  bill: Pick<LadderQuestion, "onBroken" | "mayGoOn">,
) => Promise<ModelOutcome>;

/**
 * Asks a model within the limits: what a call can cost at most is set aside before it, what it did cost is counted
 * after it, also where it broke off or was stopped half way; so it is for each further model that is tried. From the
 * alert threshold on, and where only the wanted model would cross a limit, the cheap tier is asked; where nothing may
 * be spent any more, nobody is.
 */
export async function askWithinBudget(call: Call, ask: AskLadder): Promise<ModelOutcome> {
  const { purse, context, isFirst } = call;
  if (purse === undefined) return ask("wanted", {});
  const { tenantId, contactId, conversationId } = context;
  const spender = { tenantId, contactId, conversationId, isFirst };
  const inputTokens = boundOf(call.question);
  const atMostOf = (model: ModelSettings | undefined) => atMost(model, inputTokens, call.prices);
  const cheap = call.cheap.length === 0 ? undefined : atMostOf(call.cheap[0]);
  const first = await purse.reserve(spender, atMostOf(call.wanted[0]), cheap);
  if (first.kind === "refused")
    return { kind: "failed", reason: "over budget", detail: `the limit is reached: ${first.scope}` };
  const { tier } = first;
  let reservation: Reservation = first;
  let used: ModelUse[] = [];
  const settle = async () => {
    const spent = toSpent(used, call.prices);
    used = [];
    if (reservation.kind === "granted") await reservation.settle(spent);
  };
  try {
    const outcome = await ask(tier, {
      onBroken: (use) => void used.push(use),
      mayGoOn: async (name) => {
        await settle();
        const next = call.wanted.find(({ provider, model }) => `${provider}:${model}` === name);
        reservation = await purse.reserve(spender, atMostOf(next));
        return reservation.kind === "granted";
      },
    });
    if (outcome.kind === "replied") used.push(outcome.reply);
    return outcome;
  } finally {
    await settle();
  }
}

function toSpent(uses: readonly ModelUse[], prices: Prices): Spent {
  return {
    costUsd: uses.reduce((sum, use) => sum + prices.costOf(use.model, use), 0),
    tokens: uses.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0),
  };
}

/** No tokenizer makes more of a text than one token for every two of its bytes, but for rare signs. */
const bytesPerToken = 2;

function boundOf({ messages, tools }: Call["question"]): number {
  return Math.ceil((Buffer.byteLength(JSON.stringify(messages)) + sizeOf(tools)) / bytesPerToken);
}

function atMost(model: ModelSettings | undefined, inputTokens: number, prices: Prices): Spent {
  if (model === undefined) return { costUsd: 0, tokens: 0 };
  const tokens = { inputTokens, outputTokens: model.maxTokens };
  return { costUsd: prices.costOf(model.model, tokens), tokens: inputTokens + model.maxTokens };
}

const sizes = new WeakMap<object, number>();

/** The tools of an agent are the same list for every call. */
function sizeOf(tools: ModelQuestion["tools"]): number {
  const known = sizes.get(tools);
  if (known !== undefined) return known;
  const size = tools.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(tools));
  sizes.set(tools, size);
  return size;
}
