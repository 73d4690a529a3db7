import { createHash } from "node:crypto";

/** A bucket: so many calls in so long. */
export interface Limit {
  readonly limit: number;
  readonly perMs: number;
}

/** Limits by `METHOD /route`, each per channel, guild or webhook; what is left out keeps the platform's own. */
export interface RateLimits {
  readonly routes?: Readonly<Record<string, Limit>>;
  /** Of all authorized calls together (default 50 in 1 000 ms). */
  readonly global?: Limit;
  /** Calls answered with 401, 403 or 429, after which the address is banned (default 10 000 in 600 000 ms). */
  readonly invalid?: Limit;
}

/** What the platform is assumed to allow; it publishes no figures but the headers. */
const routeDefaults: Readonly<Record<string, Limit>> = {
  "POST /channels/:channel/messages": { limit: 5, perMs: 5_000 },
  "PATCH /channels/:channel/messages/:message": { limit: 5, perMs: 5_000 },
  "DELETE /channels/:channel/messages/:message": { limit: 5, perMs: 1_000 },
  "POST /channels/:channel/typing": { limit: 5, perMs: 5_000 },
  "GET /channels/:channel/messages": { limit: 5, perMs: 1_000 },
  "PUT /channels/:channel/messages/:message/reactions/:emoji/@me": { limit: 1, perMs: 250 },
  "DELETE /channels/:channel/messages/:message/reactions/:emoji/@me": { limit: 1, perMs: 250 },
  "POST /webhooks/:application/:token": { limit: 5, perMs: 2_000 },
  "PATCH /webhooks/:application/:token/messages/:message": { limit: 5, perMs: 2_000 },
};
const anyRoute: Limit = { limit: 50, perMs: 1_000 };
const globalDefault: Limit = { limit: 50, perMs: 1_000 };
const invalidDefault: Limit = { limit: 10_000, perMs: 600_000 };

interface Bucket {
  used: number;
  resetAt: number;
}

/** What the limits say about one call: the headers to send, and when the call is refused, why. */
export interface Ruling {
  readonly headers: Readonly<Record<string, string>>;
  readonly refused?: { readonly retryAfterMs: number; readonly scope: "user" | "global" | "shared" };
}

/** Fixed windows, opened by their first call, as the platform's reset header describes them. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();

  /** Counts the call. A call outside the bot's authorization (interactions, webhooks) is not under the global limit. */
  rule(
    limits: RateLimits | false,
    call: {
      readonly method: string;
      readonly route: string;
      readonly major: string;
      readonly authorized: boolean;
    },
  ): Ruling {
    if (limits === false) return { headers: {} };
    const now = Date.now();
    const name = `${call.method} ${call.route}`;
    const limit = limits.routes?.[name] ?? routeDefaults[name] ?? anyRoute;
    const bucket = this.#bucket(`${name} ${call.major}`, limit, now);
    if (bucket.used >= limit.limit)
      return {
        headers: bucketHeaders(name, limit, bucket, now),
        refused: { retryAfterMs: bucket.resetAt - now, scope: "user" },
      };
    const global = limits.global ?? globalDefault;
    const all = this.#bucket("global", global, now);
    if (call.authorized && all.used >= global.limit)
      return { headers: {}, refused: { retryAfterMs: all.resetAt - now, scope: "global" } };
    if (call.authorized) all.used += 1;
    bucket.used += 1;
    return { headers: bucketHeaders(name, limit, bucket, now) };
  }

  /** Counts an answer that the platform holds against the caller. */
  invalid(limits: RateLimits | false): void {
    if (limits === false) return;
    this.#bucket("invalid", limits.invalid ?? invalidDefault, Date.now()).used += 1;
  }

  /** How long the caller's address is banned for its invalid calls; 0 when it is not. */
  bannedMs(limits: RateLimits | false): number {
    if (limits === false) return 0;
    const now = Date.now();
    const limit = limits.invalid ?? invalidDefault;
    const bucket = this.#bucket("invalid", limit, now);
    return bucket.used >= limit.limit ? bucket.resetAt - now : 0;
  }

  get invalidCount(): number {
    return this.#buckets.get("invalid")?.used ?? 0;
  }

  clear(): void {
    this.#buckets.clear();
  }

  #bucket(key: string, limit: Limit, now: number): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined && known.resetAt > now) return known;
    const fresh = { used: 0, resetAt: now + limit.perMs };
    this.#buckets.set(key, fresh);
    return fresh;
  }
}

function bucketHeaders(name: string, limit: Limit, bucket: Bucket, now: number): Record<string, string> {
  return {
    "x-ratelimit-bucket": createHash("md5").update(name).digest("hex"),
    "x-ratelimit-limit": String(limit.limit),
    "x-ratelimit-remaining": String(Math.max(0, limit.limit - bucket.used)),
    "x-ratelimit-reset": (bucket.resetAt / 1000).toFixed(3),
    "x-ratelimit-reset-after": Math.max(0, (bucket.resetAt - now) / 1000).toFixed(3),
  };
}
