/** What a cache keeps: text or bytes, given back in the same kind. */
export type CacheValue = string | Buffer;

/** How long a value is kept, and where. */
export interface CacheOptions {
  readonly ttlMs: number;
  /** Each read starts the time anew. */
  readonly sliding?: boolean | undefined;
  /**
   * May be answered from this process's own memory. For values that never change under their key,
   * or whose change is announced with `delete`: that reaches every process, but not at once.
   */
  readonly nearby?: boolean | undefined;
}

/** How a value is read; as it was set. */
export type CacheReadOptions = Partial<CacheOptions>;

/** A bucket of `capacity` tokens that fills by `refillPerMinute`. */
export interface BucketOptions {
  readonly capacity: number;
  readonly refillPerMinute: number;
  /** Tokens this take costs; 1 unless said. */
  readonly cost?: number | undefined;
}

/** A count of at most `limit` that begins anew `ttlMs` after it was first counted. */
export interface WindowOptions {
  readonly limit: number;
  readonly ttlMs: number;
}

/** How long it is remembered that something was taken under a name, milliseconds. */
export const onceMs = 60 * 60 * 1000;

/** One of several limits that something is taken from together. */
export interface Take {
  readonly key: string;
  readonly from: BucketOptions | WindowOptions;
  /** What was taken under this name is not taken again for an hour: the limit lets it through. */
  readonly once?: string | undefined;
}

/** Whether it was there. Nothing is taken when it was not. */
export interface Taken {
  readonly allowed: boolean;
  /** Whole tokens left, or how often the window still counts. */
  readonly remaining: number;
  /** Milliseconds until a take of the same cost can succeed; 0 when allowed, Infinity when it never can. */
  readonly retryAfterMs: number;
}

/** Something to add to a counter, and how long a new one lasts. */
export interface Count {
  readonly key: string;
  readonly by: number;
  readonly ttlMs: number;
}

/** Called with each message of a topic; must not throw. */
export type Listener = (message: string) => void;

/**
 * State that may be lost at any moment and costs nothing but speed: cache, rate limits, pub/sub.
 * No method waits longer than half a second and none rejects: with the backend gone a cache misses,
 * limits are kept by this process alone, and what was published meanwhile is not delivered.
 * Keys and topics are used as given; whoever makes one puts the tenant's id in it.
 */
export interface FastState {
  get(key: string, options?: CacheReadOptions): Promise<CacheValue | undefined>;
  set(key: string, value: CacheValue, options: CacheOptions): Promise<void>;
  delete(key: string): Promise<void>;
  /** The cached value, or what `load` gives, which is then kept. In one process `load` runs once for all who ask meanwhile; its error reaches them all and is not kept. */
  getOrLoad<T extends CacheValue>(key: string, options: CacheOptions, load: () => Promise<T>): Promise<T>;
  /** Takes tokens, atomically across all processes. */
  take(key: string, bucket: BucketOptions): Promise<Taken>;
  /** Takes from all of these, atomically across all processes; from none where one refuses. One answer each, in their order. */
  takeAll(takes: readonly Take[]): Promise<readonly Taken[]>;
  /** Adds to a counter and gives its new value; it disappears `ttlMs` after it was first counted. */
  count(key: string, by: number, ttlMs: number): Promise<number>;
  /** Adds to several counters at one moment for all processes. Their new values, in their order. */
  countAll(counts: readonly Count[]): Promise<readonly number[]>;
  /** Sends to everyone who listens now, this process included. At most once. */
  publish(topic: string, message: string): Promise<void>;
  /** Resolves when messages are heard; they keep coming after the backend was away. Gives back how to stop, which may be called twice. */
  subscribe(topic: string, listener: Listener): Promise<() => void>;
  health(): Promise<{ ok: boolean; detail: string }>;
  stop(): Promise<void>;
}

/** The one answer to one question. */
export function only<T>(answers: readonly T[]): T {
  const [answer] = answers;
  if (answer === undefined) throw new Error("fast state: a question was left without an answer");
  return answer;
}
