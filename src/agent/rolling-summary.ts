import type { SpokenMessage } from "../core/agent.ts";
import type { MemoryWindow } from "./memory.ts";

/** A message with its place in the conversation. */
export interface NumberedMessage extends SpokenMessage {
  readonly seq: number;
  /** When it was last edited, as the database writes it. */
  readonly edited?: string | undefined;
}

/** A summary and the last message it covers. */
export interface Summary {
  readonly text: string;
  readonly throughSeq: number;
}

/** Where a conversation's summary is kept. */
export interface SummaryStore {
  /** The summary so far, and what was said after it, oldest first. */
  read(): Promise<{
    readonly summary: Summary | undefined;
    readonly messages: readonly NumberedMessage[];
  }>;
  /** Replaces `before`; false, changing nothing, when another one was saved meanwhile. */
  save(summary: Summary, before: Summary | undefined): Promise<boolean>;
}

interface RollingSummary {
  /** What a model is told word for word is never summarized. */
  readonly window: MemoryWindow;
  /** Shortens; never rejects. */
  readonly summarize: (
    messages: readonly SpokenMessage[],
    previous: string | undefined,
    signal: AbortSignal,
  ) => Promise<string>;
  readonly store: SummaryStore;
  readonly signal: AbortSignal;
}

/** So many messages are summarized at once: often enough to lose nothing between summary and window, rarely enough to pay for it. */
const batch = 6;

/**
 * Of the messages that stand in no summary, oldest first, those to summarize now: what left the window, once it is
 * enough to be worth it, or once not all of them could be told any more. Between two summaries up to five messages
 * stand in neither window nor summary; a prompt tells them nevertheless.
 */
export function decideRolling<M extends SpokenMessage>(
  messages: readonly M[],
  window: MemoryWindow,
): readonly M[] {
  const left = messages.slice(0, messages.length - window.countOf(messages));
  return left.length >= batch || (left.length > 0 && !window.fits(messages)) ? left : [];
}

/** Brings a conversation's summary up to the window. Gives back whether it changed. */
export async function rollSummary({ window, summarize, store, signal }: RollingSummary): Promise<boolean> {
  const { summary, messages } = await store.read();
  const left = decideRolling(messages, window);
  const last = left.at(-1);
  if (last === undefined) return false;
  const text = await summarize(left, summary?.text, signal);
  signal.throwIfAborted();
  return store.save({ text, throughSeq: last.seq }, summary);
}
