import type { SpokenMessage } from "../core/agent.ts";
import type { AgentSettings } from "./agent-settings.ts";
import { boundTokens, type CountTokens } from "./tokens.ts";

/** The newest messages in their order, at most `maxMessages`. */
export function getContext(messages: readonly SpokenMessage[], maxMessages = 10): readonly SpokenMessage[] {
  return maxMessages <= 0 ? [] : messages.slice(-maxMessages);
}

/**
 * The newest `count` exchanges in their order. An exchange begins where a person speaks after someone else did,
 * so a burst of messages and all its answers are one.
 */
export function lastExchanges(messages: readonly SpokenMessage[], count = 3): readonly SpokenMessage[] {
  if (count <= 0) return [];
  let found = 0;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const begins = messages[index]?.role === "user" && messages[index - 1]?.role !== "user";
    if (begins) found += 1;
    if (found === count) return messages.slice(index);
  }
  return messages;
}

/** What one message costs beside its text. */
const tokensPerMessage = 4;

/** The newest messages, in their order, that fit `maxTokens` together; stops at the first that does not fit. */
export function trimToTokens(
  messages: readonly SpokenMessage[],
  maxTokens: number,
  count: CountTokens,
): readonly SpokenMessage[] {
  let left = maxTokens;
  let from = messages.length;
  for (const message of messages.toReversed()) {
    left -= tokensPerMessage + count(message.text);
    if (left < 0) break;
    from -= 1;
  }
  return messages.slice(from);
}

/** How much of what was said a model is told word for word. */
export type MemorySettings = Pick<AgentSettings, "memory" | "window" | "exchanges" | "historyTokens">;

/** What was said last is what `it` and `that` mean: it is kept also where meaning decides. */
const alwaysKept = 2;

/**
 * The newest messages that the memory's rule keeps, newest last: so many, so many exchanges, or all. Those that stand
 * in no summary, the newest `unsummarized`, are kept by every rule. `recallClosest` finds what is kept of the older ones.
 */
export function chooseMessages(
  messages: readonly SpokenMessage[],
  { memory, window, exchanges }: Omit<MemorySettings, "historyTokens">,
  unsummarized = 0,
): readonly SpokenMessage[] {
  const kept = {
    window: () => getContext(messages, window),
    exchanges: () => lastExchanges(messages, exchanges),
    full: () => messages,
    vector: () => getContext(messages, alwaysKept),
    hybrid: () => getContext(messages, window),
  };
  const chosen = kept[memory]().length;
  return messages.slice(Math.max(0, messages.length - Math.max(chosen, unsummarized)));
}

/** How close in meaning each of some texts is to a question, 0 to 1; 0 for what it cannot tell. */
export type Closeness = (question: string, texts: readonly string[]) => Promise<readonly number[]>;

// Below it two sentences share little more than their language.
const closeFrom = 0.3;

/** Of older messages those that are closest in meaning to a question, in their order; as many as the memory's rule allows. */
export async function recallClosest(
  older: readonly SpokenMessage[],
  question: string,
  { memory, window, exchanges }: Omit<MemorySettings, "historyTokens">,
  closeness: Closeness,
): Promise<readonly SpokenMessage[]> {
  const most = { vector: window - alwaysKept, hybrid: 2 * exchanges, window: 0, exchanges: 0, full: 0 }[
    memory
  ];
  if (most <= 0 || older.length === 0) return [];
  const scores = await closeness(
    question,
    older.map(({ text }) => text),
  );
  const close = older
    .map((message, at) => ({ at, message, score: scores[at] ?? 0 }))
    .filter(({ score }) => score >= closeFrom)
    .toSorted((a, b) => b.score - a.score || b.at - a.at)
    .slice(0, most);
  return close.toSorted((a, b) => a.at - b.at).map(({ message }) => message);
}

/** What is told word for word, as far as that is known without a tokenizer. */
export interface MemoryWindow {
  /** How many of the newest messages. */
  countOf(messages: readonly SpokenMessage[]): number;
  /** Whether all of them could be told. */
  fits(messages: readonly SpokenMessage[]): boolean;
}

export function createMemoryWindow(settings: MemorySettings): MemoryWindow {
  const trim = (messages: readonly SpokenMessage[]) =>
    trimToTokens(messages, settings.historyTokens, boundTokens);
  return {
    countOf: (messages) => trim(chooseMessages(messages, settings)).length,
    fits: (messages) => trim(messages).length === messages.length,
  };
}

/** What to do about a conversation's length. */
export type LengthDecision = "go on" | "offer a person" | "end";

/** How long a conversation may become, in messages of its person since it began or a person gave it back. */
interface LengthLimits {
  /** From here a person is offered; 0 offers none. */
  readonly offerAt: number;
  /** From here the bot answers no more; 0 sets no end. */
  readonly endAt: number;
}

/** Decides by how often the person has spoken without a solution. */
export function decideLength(userTurns: number, { offerAt, endAt }: LengthLimits): LengthDecision {
  if (endAt > 0 && userTurns >= endAt) return "end";
  return offerAt > 0 && userTurns >= offerAt ? "offer a person" : "go on";
}
