import { LRUCache } from "lru-cache";
import type { Log } from "../core/log.ts";
import {
  onceMs,
  only,
  type CacheOptions,
  type CacheReadOptions,
  type CacheValue,
  type Count,
  type FastState,
  type Listener,
  type Take,
  type Taken,
} from "./fast-state.ts";
import { createMemoryFastState } from "./memory-fast-state.ts";
import { createRedis } from "./redis.ts";
import { countScript, createScript, takeScript } from "./redis-scripts.ts";
import { createSingleFlight } from "./single-flight.ts";

/** What it needs; `prefix` only where deployments share one Redis. */
export interface RedisFastStateParts {
  readonly url: string;
  readonly log: Log;
  readonly prefix?: string | undefined;
}

interface Nearby {
  readonly value: CacheValue;
}

const nearbyItems = 10_000;
const nearbyBytes = 64 * 1024 * 1024;
// How long a value may be answered from this process's memory when the announcement of its change got lost.
const nearbyTtlMs = 60_000;
const forgetTopic = "baton:forget";

/**
 * Fast state of many processes. While Redis is away caches miss and limits are kept by this process alone,
 * on buckets that start full.
 */
export function createRedisFastState({ url, log, prefix = "" }: RedisFastStateParts): FastState {
  const redis = createRedis({ url, log });
  const runTake = createScript(redis, takeScript);
  const runCount = createScript(redis, countScript);
  const alone = createMemoryFastState();
  const nearby = new LRUCache<string, Nearby>({
    max: nearbyItems,
    maxSize: nearbyBytes,
    sizeCalculation: ({ value }, key) =>
      100 + key.length + (typeof value === "string" ? value.length * 2 : value.length),
  });
  // What was deleted elsewhere while nobody heard of it must not be answered from memory.
  const subscriptions = createSubscriptions({ url, log, onConnected: () => nearby.clear() });
  const loadOnce = createSingleFlight<CacheValue>();
  const forgetting = subscriptions.add(prefix + forgetTopic, (key) => nearby.delete(key));
  let stopped: Promise<void> | undefined;

  async function get(key: string, options: CacheReadOptions = {}): Promise<CacheValue | undefined> {
    const isNear = options.nearby === true && options.sliding !== true; // each sliding read must reach Redis
    const near = isNear ? nearby.get(key) : undefined;
    if (near !== undefined) return near.value;
    const slide = options.sliding === true && options.ttlMs !== undefined ? options.ttlMs : undefined;
    const stored = await orElse(undefined, async () =>
      slide === undefined
        ? ((await redis.getBuffer(prefix + key)) ?? undefined)
        : ((await redis.getexBuffer(prefix + key, "PX", slide)) ?? undefined),
    );
    const value = stored === undefined ? undefined : decode(stored);
    if (value !== undefined && isNear) await keepNearby(key, value, options.ttlMs);
    return value;
  }

  /** What Redis still holds may be near its end, so its own remaining time bounds the copy. */
  async function keepNearby(key: string, value: CacheValue, ttlMs: number | undefined): Promise<void> {
    const left = ttlMs ?? (await orElse(0, () => redis.pttl(prefix + key)));
    if (left > 0) nearby.set(key, { value }, { ttl: Math.min(left, nearbyTtlMs) });
  }

  async function set(key: string, value: CacheValue, options: CacheOptions): Promise<void> {
    if (options.nearby === true) nearby.set(key, { value }, { ttl: Math.min(options.ttlMs, nearbyTtlMs) });
    await orElse(undefined, () => redis.set(prefix + key, encode(value), "PX", Math.ceil(options.ttlMs)));
  }

  async function getOrLoad<T extends CacheValue>(
    key: string,
    options: CacheOptions,
    load: () => Promise<T>,
  ): Promise<T> {
    const loaded = await loadOnce(key, async () => {
      const cached = await get(key, options);
      if (cached !== undefined) return cached;
      const value = await load();
      await set(key, value, options);
      return value;
    });
    return loaded as T;
  }

  async function takeAll(takes: readonly Take[]): Promise<readonly Taken[]> {
    const names = [...new Set(takes.flatMap(({ once }) => once ?? []))];
    const args = takes.flatMap(({ from, once }) => [
      ...("limit" in from
        ? ["window", from.limit, Math.ceil(from.ttlMs), 1]
        : ["bucket", from.capacity, from.refillPerMinute, from.cost ?? 1]),
      once === undefined ? 0 : names.indexOf(once) + 1,
    ]);
    const keys = [...takes.map(({ key }) => key), ...names].map((key) => prefix + key);
    const answer = await orElse(undefined, () => runTake(keys, [...args, onceMs]));
    return Array.isArray(answer) ? answer.map(toTaken) : alone.takeAll(takes);
  }

  async function countAll(counts: readonly Count[]): Promise<readonly number[]> {
    const keys = counts.map(({ key }) => prefix + key);
    const args = counts.flatMap(({ by, ttlMs }) => [by, Math.ceil(ttlMs)]);
    const answer = await orElse(undefined, () => runCount(keys, args));
    return Array.isArray(answer) ? answer.map(Number) : alone.countAll(counts);
  }

  return {
    get,
    set,
    delete: async (key) => {
      nearby.delete(key);
      await orElse(undefined, () =>
        redis
          .multi()
          .del(prefix + key)
          .publish(prefix + forgetTopic, key)
          .exec(),
      );
    },
    getOrLoad,
    take: async (key, bucket) => only(await takeAll([{ key, from: bucket }])),
    takeAll,
    count: async (key, by, ttlMs) => only(await countAll([{ key, by, ttlMs }])),
    countAll,
    publish: async (topic, message) => {
      await orElse(undefined, () => redis.publish(prefix + topic, message));
    },
    subscribe: (topic, listener) => subscriptions.add(prefix + topic, listener),
    health: async () => {
      const started = performance.now();
      const answer = await orElse(undefined, () => redis.ping());
      if (answer === undefined) return { ok: false, detail: "redis does not answer" };
      return { ok: true, detail: `redis answered in ${Math.round(performance.now() - started)} ms` };
    },
    stop: () =>
      (stopped ??= (async () => {
        await forgetting;
        subscriptions.stop();
        redis.disconnect();
        await alone.stop();
      })()),
  };
}

function toTaken(answer: unknown): Taken {
  const [allowed, remaining = 0, wait = -1] = Array.isArray(answer) ? answer.map(Number) : [];
  return { allowed: allowed === 1, remaining, retryAfterMs: wait < 0 ? Number.POSITIVE_INFINITY : wait };
}

/** Fast state never fails: what Redis cannot say is what it would say when empty. The connection logs why. */
async function orElse<T, Other>(other: Other, ask: () => Promise<T>): Promise<T | Other> {
  try {
    return await ask();
  } catch {
    return other;
  }
}

interface Subscriptions {
  add(topic: string, listener: Listener): Promise<() => void>;
  stop(): void;
}

interface SubscriptionParts {
  readonly url: string;
  readonly log: Log;
  readonly onConnected: () => void;
}

const subscribeWaitMs = 500;

/** One connection for all topics; ioredis subscribes again by itself after each reconnect. */
function createSubscriptions({ url, log, onConnected }: SubscriptionParts): Subscriptions {
  const redis = createRedis({ url, log, subscriber: true });
  const listeners = new Map<string, Set<Listener>>();
  redis.on("ready", onConnected);
  redis.on("message", (topic: string, message: string) => {
    for (const listener of Array.from(listeners.get(topic) ?? [])) listener(message);
  });

  function remove(topic: string, listener: Listener): void {
    const hearing = listeners.get(topic);
    if (hearing?.delete(listener) !== true || hearing.size > 0) return;
    listeners.delete(topic);
    redis.unsubscribe(topic).catch(() => {});
  }

  return {
    add: async (topic, listener) => {
      const own: Listener = (message) => listener(message);
      const hearing = listeners.get(topic);
      if (hearing !== undefined) hearing.add(own);
      else listeners.set(topic, new Set([own]));
      // While Redis is away the command waits in the connection and is sent when it is back. Asking again for a
      // topic already heard is answered at once.
      await noLonger(subscribeWaitMs, redis.subscribe(topic));
      return () => remove(topic, own);
    },
    stop: () => {
      listeners.clear();
      redis.disconnect();
    },
  };
}

async function noLonger(ms: number, wait: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([wait.then(() => {}).catch(() => {}), late]);
  clearTimeout(timer);
}

const textMark = 0x74; // t
const bytesMark = 0x62; // b

/** One byte in front tells text from bytes. */
function encode(value: CacheValue): Buffer {
  return typeof value === "string"
    ? Buffer.concat([Buffer.of(textMark), Buffer.from(value, "utf8")])
    : Buffer.concat([Buffer.of(bytesMark), value]);
}

function decode(stored: Buffer): CacheValue | undefined {
  const body = stored.subarray(1);
  if (stored[0] === textMark) return body.toString("utf8");
  return stored[0] === bytesMark ? body : undefined;
}
