import { setTimeout as sleep } from "node:timers/promises";
import { TransientError } from "../../src/core/errors.ts";

/** Which of the platform's limits a call counts against. */
export interface PaceKey {
  readonly installation: string;
  readonly method: string;
  readonly channel?: string | undefined;
}

/**
 * Keeps calls under a platform's limits, each bucket for itself: a full one never holds up another.
 * One for the process, shared by all installations.
 */
export interface Pacer {
  /**
   * Resolves when the call may go out, first come, first served. A wait of more than 5 s is not waited for:
   * throws TransientError with `retryAfterMs`. Rejects with the signal's reason when that aborts.
   */
  turn(key: PaceKey, signal?: AbortSignal): Promise<void>;
  /** Closes one bucket for as long as the platform's Retry-After says, milliseconds. */
  close(key: PaceKey, forMs: number): void;
}

/** `everyMs` between two calls in the long run, `burst` of them at once. */
export interface Limit {
  readonly everyMs: number;
  readonly burst: number;
}

/** `limitOf` gives a method's limit, or undefined for none; what the platform itself closes is always honoured. */
export function createPacer(parts: {
  readonly platform: string;
  readonly limitOf: (method: string) => Limit | undefined;
  readonly now?: (() => number) | undefined;
}): Pacer {
  const { platform, limitOf } = parts;
  const now = parts.now ?? Date.now;
  const buckets = new Map<string, Bucket>();

  function bucketOf(key: PaceKey): Bucket {
    const name = `${key.installation} ${key.method} ${key.channel ?? ""}`;
    let bucket = buckets.get(name);
    if (bucket === undefined) {
      if (buckets.size >= maxBuckets) forgetIdle(buckets, now());
      bucket = { limit: limitOf(key.method), spentUntil: 0, closedUntil: 0 };
      buckets.set(name, bucket);
    }
    return bucket;
  }

  async function turn(key: PaceKey, signal?: AbortSignal): Promise<void> {
    const bucket = bucketOf(key);
    const at = now();
    if (bucket.limit === undefined && bucket.closedUntil <= at) return;
    const { startsAt, spentUntil } = reserve(bucket, at);
    if (startsAt <= at) {
      bucket.spentUntil = spentUntil;
      return;
    }
    if (startsAt - at > maxWaitMs) {
      throw new TransientError(`${platform}: ${key.method} must wait for its rate limit`, {
        code: "ratelimited",
        retryAfterMs: startsAt - at,
      });
    }
    bucket.spentUntil = spentUntil;
    await sleep(startsAt - at, undefined, { signal }).catch((cause: unknown) => {
      throw signal?.aborted ? signal.reason : cause;
    });
    // The platform may have closed the bucket meanwhile; the place in the queue is kept by what was reserved.
    const closedMs = bucket.closedUntil - now();
    if (closedMs > 0) {
      if (closedMs <= maxWaitMs) return turn(key, signal);
      throw new TransientError(`${platform}: ${key.method} is closed by its rate limit`, {
        code: "ratelimited",
        retryAfterMs: closedMs,
      });
    }
  }

  function close(key: PaceKey, forMs: number): void {
    const bucket = bucketOf(key);
    bucket.closedUntil = Math.max(bucket.closedUntil, now() + forMs);
  }

  return { turn, close };
}

/** `spentUntil` is when the bucket would be full again: the theoretical arrival time of GCRA. */
interface Bucket {
  readonly limit: Limit | undefined;
  spentUntil: number;
  closedUntil: number;
}

const maxWaitMs = 5_000;
const maxBuckets = 10_000;

function reserve(bucket: Bucket, at: number): { startsAt: number; spentUntil: number } {
  const { limit } = bucket;
  const open = Math.max(at, bucket.closedUntil);
  if (limit === undefined) return { startsAt: open, spentUntil: 0 };
  const startsAt = Math.max(open, bucket.spentUntil - limit.everyMs * (limit.burst - 1));
  return { startsAt, spentUntil: Math.max(bucket.spentUntil, startsAt) + limit.everyMs };
}

function forgetIdle(buckets: Map<string, Bucket>, at: number): void {
  for (const [name, bucket] of buckets) {
    if (bucket.spentUntil <= at && bucket.closedUntil <= at) buckets.delete(name);
  }
}
