/** How many calls of a method pass: `perMinute` refilled evenly, `burst` at once, counted per channel or per team. */
export interface RateLimit {
  readonly perMinute: number;
  readonly burst: number;
  readonly per: "channel" | "team";
}

/** Limits by method; `"platform"` is Slack's published pace of the methods a bot uses. */
export type RateLimits = "platform" | Readonly<Record<string, RateLimit>>;

const platformLimits: Readonly<Record<string, RateLimit>> = {
  "chat.postMessage": { perMinute: 60, burst: 10, per: "channel" },
  "chat.update": { perMinute: 50, burst: 10, per: "team" },
  "chat.delete": { perMinute: 50, burst: 10, per: "team" },
  "chat.postEphemeral": { perMinute: 100, burst: 20, per: "team" },
  "chat.startStream": { perMinute: 20, burst: 20, per: "team" },
  "chat.appendStream": { perMinute: 100, burst: 100, per: "team" },
  "chat.stopStream": { perMinute: 20, burst: 20, per: "team" },
  "reactions.add": { perMinute: 50, burst: 20, per: "team" },
  "reactions.remove": { perMinute: 20, burst: 20, per: "team" },
  "conversations.history": { perMinute: 50, burst: 20, per: "team" },
  "conversations.replies": { perMinute: 50, burst: 20, per: "team" },
  "conversations.list": { perMinute: 20, burst: 20, per: "team" },
  "conversations.info": { perMinute: 50, burst: 20, per: "team" },
  "users.info": { perMinute: 100, burst: 50, per: "team" },
  "users.list": { perMinute: 20, burst: 20, per: "team" },
};

interface Bucket {
  tokens: number;
  at: number;
}

/** Token buckets by method and channel or team. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one call; answers the seconds to wait when there is none to take. */
  take(
    limits: RateLimits | undefined,
    call: { method: string; channel: string | undefined; teamId: string },
  ): number | undefined {
    if (limits === undefined) return undefined;
    const limit = (limits === "platform" ? platformLimits : limits)[call.method];
    if (limit === undefined) return undefined;
    const key = `${call.method} ${limit.per === "channel" ? (call.channel ?? "") : call.teamId}`;
    const now = Date.now();
    const bucket = this.#buckets.get(key) ?? { tokens: limit.burst, at: now };
    this.#buckets.set(key, bucket);
    bucket.tokens = Math.min(limit.burst, bucket.tokens + ((now - bucket.at) / 60_000) * limit.perMinute);
    bucket.at = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return undefined;
    }
    return Math.max(1, Math.ceil(((1 - bucket.tokens) / limit.perMinute) * 60));
  }

  clear(): void {
    this.#buckets.clear();
  }
}
