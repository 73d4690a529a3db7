import type { FastState } from "../../store/fast-state.ts";
import { refusals } from "./api-error.ts";

/** How much one address may ask of us; what a visitor may say is limited as on every platform. */
export interface ChatLimits {
  /** Requests, new sessions and files from one address. */
  readonly requestsPerMinute: number;
  readonly sessionsPerMinute: number;
  readonly filesPerMinute: number;
  /** Live connections of one address to this process. */
  readonly connections: number;
  readonly fileBytes: number;
  /** Unread bytes of one live connection, and then it is closed. */
  readonly unreadBytes: number;
  /** How long a caller waits for a whole answer, milliseconds. */
  readonly waitMs: number;
  /** How long a streamed answer may take, milliseconds. */
  readonly streamMs: number;
}

export const defaultChatLimits: ChatLimits = {
  requestsPerMinute: 600,
  sessionsPerMinute: 60,
  filesPerMinute: 30,
  connections: 50,
  fileBytes: 10 * 1024 * 1024,
  unreadBytes: 1024 * 1024,
  waitMs: 25_000,
  streamMs: 180_000,
};

/** Takes one of what there is; refuses kindly when there is none. */
export async function takeOrRefuse(
  fast: Pick<FastState, "take">,
  key: string,
  { perMinute }: { readonly perMinute: number },
): Promise<void> {
  const taken = await fast.take(key, { capacity: Math.ceil(perMinute / 2), refillPerMinute: perMinute });
  if (!taken.allowed) throw refusals.tooFast(taken.retryAfterMs);
}
