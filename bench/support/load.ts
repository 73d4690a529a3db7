/** One mention and what came of it. Times are epoch milliseconds with fractions; undefined where it never came. */
export interface Turn {
  readonly number: number;
  readonly sentAt: number;
  readonly firstTextAt: number | undefined;
  /** When the message that answers it was complete. */
  readonly finalAt: number | undefined;
  /** Messages of the bot that answer it; one is right, none is lost, more is doubled. */
  readonly answers: number;
}

/** Mentions at a steady rate, or as many at a time as stay in flight. */
export interface Load {
  readonly shape:
    | { readonly kind: "steady"; readonly perSecond: number; readonly forMs: number }
    | { readonly kind: "closed"; readonly inFlight: number; readonly forMs: number; readonly turns?: number };
  /** A thread is mentioned in again after its answer, so often in all. */
  readonly turnsPerThread: number;
  /** How long to wait for the answers after the last mention, milliseconds. */
  readonly patienceMs: number;
}

/** What the load saw from outside. */
export interface LoadResult {
  readonly turns: readonly Turn[];
  /** Time to acknowledge of every attempt of every event, milliseconds; two events come of one mention. */
  readonly acks: readonly number[];
  /** Attempts that were not acknowledged in time. */
  readonly notAcked: number;
  /** Messages of the bot that answer nothing: excuses, notices. */
  readonly strays: number;
  /** Streams that were begun and never ended. */
  readonly unfinished: number;
  readonly startedAt: number;
  /** When the last mention was sent. */
  readonly sentAt: number;
}

/** What a driver asks of the Slack process. */
export type SlackOrder =
  | { readonly kind: "serve"; readonly requestUrl: string; readonly timeScale: number }
  | { readonly kind: "load"; readonly load: Load };

/** What a driver asks of the model process: the times since the last asking, milliseconds by mention; another pace. */
export type ModelOrder =
  | { readonly kind: "times" }
  | { readonly kind: "pace"; readonly firstTokenMs: number; readonly tokensPerSecond: number };

/** The mark a mention carries and its answer repeats. */
export const toQuestion = (number: number): string => `[[id:${number}]] where do I find my badge number?`;

/** The numbers an answer's text replies to. */
export function answersIn(text: string): number[] {
  return [...text.matchAll(/answer:(\d+)/g)].map((match) => Number(match[1]));
}

/** Epoch milliseconds with fractions, comparable between processes of one machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
