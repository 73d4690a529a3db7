import type { SpokenMessage } from "../core/agent.ts";

/** A message with its place in the conversation. */
export interface NumberedMessage extends SpokenMessage {
  readonly seq: number;
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
  /** Newest messages a model is told word for word; they are never summarized. */
  readonly window: number;
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
 * Brings a conversation's summary up to the window, so that what left the window stands in the summary. Gives back
 * whether it changed. Between two summaries up to five messages stand in neither; a window that is wider by as many
 * closes the gap.
 */
export async function rollSummary({ window, summarize, store, signal }: RollingSummary): Promise<boolean> {
  const { summary, messages } = await store.read();
  const left = messages.slice(0, Math.max(0, messages.length - window));
  const last = left.at(-1);
  if (last === undefined || left.length < batch) return false;
  const text = await summarize(left, summary?.text, signal);
  signal.throwIfAborted();
  return store.save({ text, throughSeq: last.seq }, summary);
}
