/** At most `calls` in any `seconds`. */
export interface RateWindow {
  readonly calls: number;
  readonly seconds: number;
}

/** Windows by operation, each counted per conversation; `"platform"` is what Microsoft publishes. */
export type RateLimits = "off" | "platform" | Readonly<Record<string, readonly RateWindow[]>>;

const sending: readonly RateWindow[] = [
  { calls: 7, seconds: 1 },
  { calls: 8, seconds: 2 },
  { calls: 60, seconds: 30 },
  { calls: 1_800, seconds: 3_600 },
];
const asking: readonly RateWindow[] = [
  { calls: 14, seconds: 1 },
  { calls: 16, seconds: 2 },
  { calls: 120, seconds: 30 },
  { calls: 3_600, seconds: 3_600 },
];
const platformLimits: Readonly<Record<string, readonly RateWindow[]>> = {
  "conversation.create": sending,
  "message.create": sending,
  "message.update": sending,
  "message.delete": sending,
  typing: sending,
  "members.list": asking,
  "members.get": asking,
  "team.get": asking,
  "team.channels": asking,
};

/** Sliding windows by operation and conversation. */
export class RateLimiter {
  readonly #calls = new Map<string, number[]>();

  /** Takes one call; answers the seconds to wait when there is none to take. */
  take(limits: RateLimits, operation: string, conversation: string): number | undefined {
    if (limits === "off") return undefined;
    const windows = (limits === "platform" ? platformLimits : limits)[operation];
    if (windows === undefined) return undefined;
    const now = Date.now();
    const longestMs = Math.max(...windows.map(({ seconds }) => seconds)) * 1000;
    const key = `${operation} ${conversation}`;
    const calls = (this.#calls.get(key) ?? []).filter((at) => at > now - longestMs);
    this.#calls.set(key, calls);
    const waits = windows.map(({ calls: allowed, seconds }) => {
      const oldest = calls.filter((at) => at > now - seconds * 1000).at(-allowed);
      return oldest === undefined ? 0 : oldest + seconds * 1000 - now;
    });
    const waitMs = Math.max(...waits);
    if (waitMs > 0) return Math.max(1, Math.ceil(waitMs / 1000));
    calls.push(now);
    return undefined;
  }

  clear(): void {
    this.#calls.clear();
  }
}
