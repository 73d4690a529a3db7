import { Redis } from "ioredis";
import type { Log } from "../core/log.ts";
import { createBackendLog } from "../core/backend-log.ts";

/** How a connection is used. */
export interface RedisParts {
  readonly url: string;
  readonly log: Log;
  /** For subscribing: waits for its connection instead of failing at once, and has no timeout on commands. */
  readonly subscriber?: boolean | undefined;
}

const commandTimeoutMs = 500;

/**
 * A connection that fails at once while Redis is away instead of remembering commands, gives up on an answer after
 * half a second, and comes back by itself. Logs one line when it goes and one when it comes.
 */
export function createRedis({ url, log, subscriber = false }: RedisParts): Redis {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    keepAlive: 10_000,
    retryStrategy: (times) => Math.min(100 * times, 2_000),
    // What several turns ask in one tick goes out in one write: a write costs more than what is in it.
    enableAutoPipelining: !subscriber,
    enableOfflineQueue: subscriber,
    maxRetriesPerRequest: subscriber ? null : 0,
    autoResendUnfulfilledCommands: false,
    // A connection cut without a word is noticed by the first answer that does not come.
    ...(subscriber ? {} : { commandTimeout: commandTimeoutMs, socketTimeout: 4 * commandTimeoutMs }),
  });
  const state = createBackendLog("redis", log);
  redis.on("error", (err) => state.failed(err));
  redis.on("ready", () => state.works());
  return redis;
}

/** What is known of a Redis server, and what is wrong with it for a queue, each with its remedy. */
export interface RedisInspection {
  readonly version: string;
  readonly maxmemoryPolicy: string;
  readonly aof: boolean;
  readonly problems: readonly string[];
}

/** Asks Redis how it is set up. Rejects when it does not answer. */
export async function inspectRedis(redis: Redis): Promise<RedisInspection> {
  const fields = parseInfo(await redis.info());
  const version = fields.get("valkey_version") ?? fields.get("redis_version") ?? "0";
  const maxmemoryPolicy = fields.get("maxmemory_policy") ?? "unknown";
  const aof = fields.get("aof_enabled") === "1";
  const isValkey = fields.has("valkey_version");
  return { version, maxmemoryPolicy, aof, problems: problemsOf({ version, maxmemoryPolicy, aof, isValkey }) };
}

interface Facts {
  readonly version: string;
  readonly maxmemoryPolicy: string;
  readonly aof: boolean;
  readonly isValkey: boolean;
}

function problemsOf({ version, maxmemoryPolicy, aof, isValkey }: Facts): string[] {
  const problems: string[] = [];
  const major = Number(version.split(".")[0]);
  if (!isValkey && major < 7)
    problems.push(`redis: version ${version} is older than 7. Upgrade to Redis 7 or Valkey 8.`);
  if (maxmemoryPolicy !== "noeviction") {
    problems.push(
      `redis: maxmemory-policy is ${maxmemoryPolicy}, so jobs may be evicted. ` +
        "Run: redis-cli CONFIG SET maxmemory-policy noeviction, and put `maxmemory-policy noeviction` into redis.conf.",
    );
  }
  if (!aof) {
    problems.push(
      "redis: append-only file is off, so a restart forgets waiting jobs until the sweeper finds them. " +
        "Run: redis-cli CONFIG SET appendonly yes, and put `appendonly yes` into redis.conf.",
    );
  }
  return problems;
}

function parseInfo(info: string): Map<string, string> {
  const pairs = info.split(/\r?\n/).filter((line) => line.includes(":"));
  return new Map(pairs.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}
