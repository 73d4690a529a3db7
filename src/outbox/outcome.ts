import { PermanentError, TransientError, UncertainError } from "../core/errors.ts";
import type { DeliveryId } from "../core/ids.ts";

/** What became of one try to deliver. `sending` means: it may be there, look before trying again. */
export interface Outcome {
  readonly id: DeliveryId;
  readonly state: "pending" | "sending" | "sent" | "failed" | "unknown" | "cancelled";
  readonly ref?: string | undefined;
  readonly error?: string | undefined;
  /** Milliseconds until the next try, for `pending` and `sending`. */
  readonly retryInMs?: number | undefined;
}

/** How long and how often a delivery is tried. */
export interface RetryPolicy {
  readonly baseMs: number;
  readonly maxMs: number;
  /** After this many tries it has failed, and an operator is told. */
  readonly maxAttempts: number;
}

/** Doubling from a second to five minutes; fifteen tries last about forty minutes, longer than a platform's bad hour. */
export const defaultRetryPolicy: RetryPolicy = { baseMs: 1_000, maxMs: 300_000, maxAttempts: 15 };

/**
 * Decides what a failed try means. One that an earlier try began stays `sending`: not being able to look is no proof
 * that it is not there. Anything that is not one of the three kinds of failure is a bug and is thrown on.
 */
export function decideAfterFailure(
  delivery: { readonly id: DeliveryId; readonly attempts: number; readonly begun?: boolean },
  cause: unknown,
  policy: RetryPolicy,
): Outcome {
  const { id } = delivery;
  if (cause instanceof PermanentError) return { id, state: "failed", error: cause.code ?? cause.message };
  if (!(cause instanceof TransientError) && !(cause instanceof UncertainError)) throw cause;
  const error = cause.code ?? cause.message;
  if (delivery.attempts + 1 >= policy.maxAttempts)
    return { id, state: cause instanceof UncertainError ? "unknown" : "failed", error };
  const backoff = Math.min(policy.baseMs * 2 ** delivery.attempts, policy.maxMs);
  if (cause instanceof UncertainError) return { id, state: "sending", error, retryInMs: backoff };
  const state = delivery.begun === true ? "sending" : "pending";
  return { id, state, error, retryInMs: Math.max(cause.retryAfterMs ?? 0, backoff) };
}

/** True once nothing more will be tried. */
export function isFinal(outcome: Outcome): boolean {
  return outcome.state !== "pending" && outcome.state !== "sending";
}
