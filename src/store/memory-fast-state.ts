import { LRUCache } from "lru-cache";
import {
  onceMs,
  only,
  type BucketOptions,
  type CacheOptions,
  type CacheReadOptions,
  type CacheValue,
  type FastState,
  type Listener,
  type Take,
  type Taken,
  type WindowOptions,
} from "./fast-state.ts";
import { createSingleFlight } from "./single-flight.ts";

/** A clock in milliseconds, and how much is kept. */
export interface MemoryFastStateParts {
  readonly now?: (() => number) | undefined;
  readonly maxItems?: number | undefined;
  /** Bytes of cached values at most. */
  readonly maxBytes?: number | undefined;
}

interface Entry {
  readonly value: CacheValue;
  readonly ttlMs: number;
  readonly expiresAt: number;
}
interface Bucket {
  readonly tokens: number;
  readonly at: number;
}
interface Counter {
  readonly value: number;
  readonly expiresAt: number;
}

/** Fast state of one process: the embedded mode, and the limits of every process while Redis is away. */
export function createMemoryFastState(parts: MemoryFastStateParts = {}): FastState {
  const now = parts.now ?? Date.now;
  const max = parts.maxItems ?? 50_000;
  const entries = new LRUCache<string, Entry>({
    max,
    maxSize: parts.maxBytes ?? 64 * 1024 * 1024,
    sizeCalculation: ({ value }, key) =>
      100 + key.length * 2 + (typeof value === "string" ? value.length * 2 : value.length),
  });
  // Told as a size, because for `max` items the room is taken at once.
  const items = { maxSize: max, sizeCalculation: () => 1 };
  const buckets = new LRUCache<string, Bucket>(items);
  const counters = new LRUCache<string, Counter>(items);
  const listeners = new Map<string, Set<Listener>>();
  const loadOnce = createSingleFlight<CacheValue>();

  function read(key: string, sliding: boolean): CacheValue | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    const at = now();
    if (entry.expiresAt <= at) {
      entries.delete(key);
      return undefined;
    }
    if (sliding) entries.set(key, { ...entry, expiresAt: at + entry.ttlMs });
    return entry.value;
  }

  function write(key: string, value: CacheValue, { ttlMs }: CacheOptions): void {
    entries.set(key, { value, ttlMs, expiresAt: now() + ttlMs });
  }

  function count(key: string, by: number, ttlMs: number): number {
    const at = now();
    const counter = counters.get(key);
    const live =
      counter !== undefined && counter.expiresAt > at ? counter : { value: 0, expiresAt: at + ttlMs };
    counters.set(key, { value: live.value + by, expiresAt: live.expiresAt });
    return live.value + by;
  }

  /** What a take would give, and how to carry it out. */
  function look(key: string, from: BucketOptions | WindowOptions): { taken: Taken; carryOut: () => void } {
    if (!("limit" in from)) {
      const { bucket, taken } = takeTokens(buckets.get(key), now(), from);
      return { taken, carryOut: () => buckets.set(key, bucket) };
    }
    const counter = counters.get(key);
    const leftMs = counter === undefined ? 0 : Math.max(0, counter.expiresAt - now());
    const used = leftMs > 0 ? (counter?.value ?? 0) : 0;
    const allowed = used < from.limit;
    const waitMs = from.limit < 1 ? Number.POSITIVE_INFINITY : leftMs;
    return {
      taken: {
        allowed,
        remaining: Math.max(0, from.limit - used - (allowed ? 1 : 0)),
        retryAfterMs: allowed ? 0 : waitMs,
      },
      carryOut: () => count(key, 1, from.ttlMs),
    };
  }

  function takeAll(takes: readonly Take[]): readonly Taken[] {
    const open = takes.map((take) => (take.once !== undefined && read(take.once, false) ? undefined : take));
    const looks = open.map((take) => take && look(take.key, take.from));
    if (looks.every((one) => one?.taken.allowed !== false)) {
      for (const one of looks) one?.carryOut();
      for (const take of open) if (take?.once !== undefined) write(take.once, "1", { ttlMs: onceMs });
    }
    return looks.map((one) => one?.taken ?? { allowed: true, remaining: 0, retryAfterMs: 0 });
  }

  function subscribe(topic: string, listener: Listener): () => void {
    const hearing = listeners.get(topic) ?? new Set();
    const own: Listener = (message) => listener(message); // the same function may listen twice
    listeners.set(topic, hearing.add(own));
    return () => {
      hearing.delete(own);
      if (hearing.size === 0 && listeners.get(topic) === hearing) listeners.delete(topic);
    };
  }

  return {
    get: async (key, options: CacheReadOptions = {}) => read(key, options.sliding === true),
    set: async (key, value, options) => write(key, value, options),
    delete: async (key) => void entries.delete(key),
    getOrLoad: async <T extends CacheValue>(key: string, options: CacheOptions, load: () => Promise<T>) => {
      const cached = read(key, options.sliding === true);
      if (cached !== undefined) return cached as T;
      const loaded = await loadOnce(key, async () => {
        const value = await load();
        write(key, value, options);
        return value;
      });
      return loaded as T;
    },
    take: async (key, bucket) => only(takeAll([{ key, from: bucket }])),
    takeAll: async (takes) => takeAll(takes),
    count: async (key, by, ttlMs) => count(key, by, ttlMs),
    countAll: async (counts) => counts.map(({ key, by, ttlMs }) => count(key, by, ttlMs)),
    publish: async (topic, message) => {
      for (const listener of Array.from(listeners.get(topic) ?? [])) listener(message);
    },
    subscribe: async (topic, listener) => subscribe(topic, listener),
    health: async () => ({ ok: true, detail: "in process" }),
    stop: async () => {
      entries.clear();
      listeners.clear();
    },
  };
}

/** The arithmetic of a token bucket; a clock that went back refills nothing. */
function takeTokens(
  before: Bucket | undefined,
  at: number,
  options: BucketOptions,
): { bucket: Bucket; taken: Taken } {
  const { capacity, refillPerMinute, cost = 1 } = options;
  const last = before ?? { tokens: capacity, at };
  const refilled = (Math.max(0, at - last.at) * refillPerMinute) / 60_000;
  const tokens = Math.min(capacity, last.tokens + refilled);
  const time = Math.max(at, last.at);
  if (tokens >= cost) {
    const left = tokens - cost;
    return {
      bucket: { tokens: left, at: time },
      taken: { allowed: true, remaining: Math.floor(left), retryAfterMs: 0 },
    };
  }
  const reachable = cost <= capacity && refillPerMinute > 0;
  const retryAfterMs = reachable
    ? Math.ceil(((cost - tokens) * 60_000) / refillPerMinute)
    : Number.POSITIVE_INFINITY;
  return {
    bucket: { tokens, at: time },
    taken: { allowed: false, remaining: Math.floor(tokens), retryAfterMs },
  };
}
