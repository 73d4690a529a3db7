import type { AgentRequest } from "../core/agent.ts";
import type { Budget, Spent } from "../insights/cost/budget.ts";
import type { ModelSettings } from "./agent-settings.ts";
import type { ModelOutcome } from "./model-reply.ts";
import type { ModelQuestion } from "./chat-model.ts";
import type { Prices } from "./prices.ts";

/** What a model call is paid from. */
export type Purse = Pick<Budget, "reserve">;

/** A call and whoever can make it. */
interface Call {
  readonly purse: Purse | undefined;
  readonly prices: Prices;
  readonly context: AgentRequest["context"];
  /** The conversation has no earlier messages. */
  readonly isFirst: boolean;
  readonly question: Pick<ModelQuestion, "messages" | "tools">;
  /** The models that may be asked, and those of the cheap tier. */
  readonly wanted: readonly ModelSettings[];
  readonly cheap: readonly ModelSettings[];
}

/**
 * Makes one model call within the day's limits: what it can cost at most is set aside before, what it did cost is
 * counted after. From the alert threshold on the cheap tier is asked; where nothing may be spent any more, nobody is.
 */
export async function askWithinBudget(
  call: Call,
  ask: (tier: "wanted" | "cheap") => Promise<ModelOutcome>,
): Promise<ModelOutcome> {
  const { purse, prices, context, isFirst } = call;
  if (purse === undefined) return ask("wanted");
  const { tenantId, contactId, conversationId } = context;
  const reservation = await purse.reserve(
    { tenantId, contactId, conversationId, isFirst },
    atMost(call, call.wanted),
    call.cheap.length === 0 ? undefined : atMost(call, call.cheap),
  );
  if (reservation.kind === "refused")
    return { kind: "failed", reason: "over budget", detail: `the limit is reached: ${reservation.scope}` };
  let spent: Spent = { costUsd: 0, tokens: 0 };
  try {
    const outcome = await ask(reservation.tier);
    if (outcome.kind === "replied") {
      const { model, inputTokens, outputTokens } = outcome.reply;
      spent = { costUsd: prices.costOf(model, outcome.reply), tokens: inputTokens + outputTokens };
    }
    return outcome;
  } finally {
    await reservation.settle(spent);
  }
}

/** No tokenizer makes more of a text than one token for every two of its bytes, but for rare signs. */
const bytesPerToken = 2;

function atMost({ prices, question }: Call, models: readonly ModelSettings[]): Spent {
  const inputTokens = Math.ceil(
    (Buffer.byteLength(JSON.stringify(question.messages)) + sizeOf(question.tools)) / bytesPerToken,
  );
  const calls = models.map(({ model, maxTokens }) => {
    const tokens = { inputTokens, outputTokens: maxTokens };
    return { costUsd: prices.costOf(model, tokens), tokens: inputTokens + maxTokens };
  });
  return {
    costUsd: Math.max(0, ...calls.map(({ costUsd }) => costUsd)),
    tokens: Math.max(0, ...calls.map(({ tokens }) => tokens)),
  };
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
