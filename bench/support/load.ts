/** One question and what came of it. Times are epoch milliseconds with fractions; undefined where it never came. */
export interface Turn {
  readonly number: number;
  readonly sentAt: number;
  readonly firstTextAt: number | undefined;
  /** When the message that answers it was complete. */
  readonly finalAt: number | undefined;
  /** Messages of the bot that answer it; one is right, none is lost, more is doubled. */
  readonly answers: number;
}

/** Questions at a steady rate, or as many at a time as stay in flight. */
export interface Load {
  readonly shape:
    | { readonly kind: "steady"; readonly perSecond: number; readonly forMs: number }
    | { readonly kind: "closed"; readonly inFlight: number; readonly forMs: number; readonly turns?: number };
  /** How people ask: as they speak on that platform, or by its command. Default: as they speak. */
  readonly by?: "command";
  /** A thread is asked in again after its answer, so often in all. */
  readonly turnsPerThread: number;
  /** How long to wait for the answers after the last question, milliseconds. */
  readonly patienceMs: number;
}

/** What the load saw from outside. */
export interface LoadResult {
  readonly turns: readonly Turn[];
  /** Time to acknowledge of every delivery, milliseconds; two events come of one mention on Slack, none on Discord. */
  readonly acks: readonly number[];
  /** Deliveries that were not acknowledged in time. */
  readonly notAcked: number;
  /** Why questions could not even be asked; each of them is lost. */
  readonly failures: readonly string[];
  /** Messages of the bot that answer nothing: excuses, notices. */
  readonly strays: number;
  /** Streams that were begun and never ended. */
  readonly unfinished: number;
  readonly startedAt: number;
  /** When the last question was sent. */
  readonly sentAt: number;
}

/** What is asked of the model process: the times since the last asking, milliseconds by question; another pace. */
export type ModelOrder =
  | { readonly kind: "times" }
  | { readonly kind: "pace"; readonly firstTokenMs: number; readonly tokensPerSecond: number };

/** What a complete answer of the model ends with. */
export const answerEnd = "next to the code.";

/** The mark a question carries and its answer repeats. */
export const toQuestion = (number: number): string => `[[id:${number}]] where do I find my badge number?`;

/** The numbers an answer's text replies to. */
export function answersIn(text: string): number[] {
  return [...text.matchAll(/answer:(\d+)/g)].map((match) => Number(match[1]));
}

/** Epoch milliseconds with fractions, comparable between processes of one machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
