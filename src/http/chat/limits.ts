import type { FastState } from "../../store/fast-state.ts";
import { ApiError } from "./api-error.ts";

/** How much one visitor and one address may ask of us. */
export interface ChatLimits {
  /** Messages of one visitor. */
  readonly messages: { readonly perMinute: number; readonly burst: number };
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
  messages: { perMinute: 10, burst: 15 },
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
  bucket: { readonly perMinute: number; readonly burst?: number | undefined },
): Promise<void> {
  const { perMinute, burst = Math.ceil(perMinute / 2) } = bucket;
  const taken = await fast.take(key, { capacity: burst, refillPerMinute: perMinute });
  if (taken.allowed) return;
  const seconds = Math.max(1, Math.ceil(Math.min(taken.retryAfterMs, 60_000) / 1_000));
  const message = `That was a little fast for us. Please try again in ${seconds} s.`;
  throw new ApiError(429, "too_many_requests", message, seconds * 1_000);
}
