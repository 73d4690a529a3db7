import { setTimeout as sleep } from "node:timers/promises";
import { TransientError } from "../../src/core/errors.ts";

/** Which of Slack's limits a call counts against. */
export interface PaceKey {
  readonly installation: string;
  readonly method: string;
  readonly channel?: string | undefined;
}

/**
 * Keeps calls under Slack's limits, each bucket for itself: a full one never holds up another.
 * One for the process, shared by all installations.
 */
export interface Pacer {
  /**
   * Resolves when the call may go out, first come, first served. A wait of more than 5 s is not waited for:
   * throws TransientError with `retryAfterMs`. Rejects with the signal's reason when that aborts.
   */
  turn(key: PaceKey, signal?: AbortSignal): Promise<void>;
  /** Closes one bucket for as long as Slack's Retry-After says, milliseconds. */
  close(key: PaceKey, forMs: number): void;
}

/**
 * `platform` keeps to the limits Slack publishes; `off` sends at once, for measuring,
 * and still honours what Slack itself closes.
 */
export function createPacer(parts: { pace: "platform" | "off"; now?: (() => number) | undefined }): Pacer {
  const now = parts.now ?? Date.now;
  const buckets = new Map<string, Bucket>();

  function bucketOf(key: PaceKey): Bucket {
    const name = `${key.installation} ${key.method} ${key.channel ?? ""}`;
    let bucket = buckets.get(name);
    if (bucket === undefined) {
      if (buckets.size >= maxBuckets) forgetIdle(buckets, now());
      const limit = parts.pace === "platform" ? limitOf(key.method) : undefined;
      bucket = { limit, spentUntil: 0, closedUntil: 0 };
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
      throw new TransientError(`slack: ${key.method} must wait for its rate limit`, {
        code: "ratelimited",
        retryAfterMs: startsAt - at,
      });
    }
    bucket.spentUntil = spentUntil;
    await sleep(startsAt - at, undefined, { signal }).catch((cause: unknown) => {
      throw signal?.aborted ? signal.reason : cause;
    });
    // Slack may have closed the bucket meanwhile; the place in the queue is kept by what was reserved.
    const closedMs = bucket.closedUntil - now();
    if (closedMs > 0) {
      if (closedMs <= maxWaitMs) return turn(key, signal);
      throw new TransientError(`slack: ${key.method} is closed by its rate limit`, {
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

/** `everyMs` between two calls in the long run, `burst` of them at once. */
interface Limit {
  readonly everyMs: number;
  readonly burst: number;
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

const perMinute = (calls: number, burst: number): Limit => ({ everyMs: 60_000 / calls, burst });

/** Slack's tiers, calls a minute (docs.slack.dev/apis/web-api/rate-limits); bursts are tolerated but not promised. */
const tier2 = perMinute(20, 10);
const tier3 = perMinute(50, 10);
const tier4 = perMinute(100, 20);

const limits: Readonly<Record<string, Limit>> = {
  // "1 per second per channel, short bursts allowed".
  "chat.postMessage": { everyMs: 1_000, burst: 4 },
  "chat.postEphemeral": tier4,
  "chat.update": tier3,
  "chat.delete": tier3,
  // Tier 2 by the documentation, but counted here for each channel, where a person waits for the answer.
  "chat.startStream": tier2,
  "chat.appendStream": tier4,
  "chat.stopStream": tier2,
  "reactions.add": tier3,
  "reactions.remove": tier2,
  "conversations.replies": tier3,
  "conversations.history": tier3,
  "conversations.info": tier3,
  "conversations.open": tier3,
  "users.info": tier4,
  "users.list": tier2,
  "auth.test": perMinute(600, 100),
  "assistant.threads.setStatus": perMinute(600, 20),
  "views.publish": tier4,
  "views.open": tier4,
};

function limitOf(method: string): Limit {
  return limits[method] ?? tier3;
}
