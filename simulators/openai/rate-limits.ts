/** What an account may use a minute. Without `enforced` the headers tell of it and nothing is refused. */
export interface RateLimits {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly enforced?: boolean;
}

/** What a request found: the headers to send, and how long to wait when it was too many. */
export interface LimitCheck {
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;
}

/** Two buckets, requests and tokens, that refill evenly over the minute. */
export function createRateLimits(limits: RateLimits): { take(tokens: number): LimitCheck } {
  const requests = createBucket(limits.requestsPerMinute);
  const tokens = createBucket(limits.tokensPerMinute);

  function take(promptTokens: number): LimitCheck {
    const waitMs = Math.max(requests.take(1), tokens.take(promptTokens));
    return {
      headers: {
        "x-ratelimit-limit-requests": String(limits.requestsPerMinute),
        "x-ratelimit-remaining-requests": String(requests.left()),
        "x-ratelimit-reset-requests": toDuration(requests.refillMs()),
        "x-ratelimit-limit-tokens": String(limits.tokensPerMinute),
        "x-ratelimit-remaining-tokens": String(tokens.left()),
        "x-ratelimit-reset-tokens": toDuration(tokens.refillMs()),
      },
      retryAfterMs: limits.enforced === true && waitMs > 0 ? waitMs : undefined,
    };
  }

  return { take };
}

function createBucket(perMinute: number) {
  const perMs = perMinute / 60_000;
  let level = perMinute;
  let refilledAt = Date.now();

  function take(amount: number): number {
    const now = Date.now();
    level = Math.min(perMinute, level + (now - refilledAt) * perMs);
    refilledAt = now;
    if (level < amount) return Math.ceil((amount - level) / perMs);
    level -= amount;
    return 0;
  }

  return {
    /** 0 when taken, else the milliseconds until there is enough. */
    take,
    left: () => Math.floor(level),
    refillMs: () => Math.ceil((perMinute - level) / perMs),
  };
}

// The platform writes durations as Go does: 20ms, 1.5s, 6m0s.
function toDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  if (ms < 60_000) return `${ms / 1_000}s`;
  return `${Math.floor(ms / 60_000)}m${Math.round((ms % 60_000) / 1_000)}s`;
}
