import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

/** A script that Redis runs as one step: its keys, then its arguments. */
export type RedisScript = (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;

/** Sends a script's name, and the script itself only where Redis does not know it. */
export function createScript(redis: Redis, lua: string): RedisScript {
  const name = createHash("sha1").update(lua).digest("hex");
  return async (keys, args) => {
    try {
      return await redis.evalsha(name, keys.length, ...keys, ...args);
    } catch (err) {
      if (!(err instanceof Error && err.message.startsWith("NOSCRIPT"))) throw err;
      return redis.eval(lua, keys.length, ...keys, ...args);
    }
  };
}

/**
 * Takes from token buckets and windows, from all of them or from none. KEYS: the limits, then the names under which
 * is taken only once. ARGV: of each limit `bucket` or `window`, its capacity, its tokens a minute or its time (ms),
 * the cost, and which of the names it goes by (0: none); then how long a name is remembered (ms).
 * Redis's own clock, so that processes with wrong ones agree; a bucket that would be full again is forgotten.
 * Answers of each limit {allowed, left, milliseconds to wait or -1 for never}.
 */
export const takeScript = `
local limits = (#ARGV - 1) / 5
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known, answers, writes, all = {}, {}, {}, true
for at = limits + 1, #KEYS do known[at - limits] = redis.call('EXISTS', KEYS[at]) == 1 end
for at = 1, limits do
  local key, arg = KEYS[at], (at - 1) * 5
  local kind, capacity, rate = ARGV[arg + 1], tonumber(ARGV[arg + 2]), tonumber(ARGV[arg + 3])
  local cost, name = tonumber(ARGV[arg + 4]), tonumber(ARGV[arg + 5])
  if known[name] then
    answers[at] = { 1, 0, 0 }
  elseif kind == 'window' then
    local used = tonumber(redis.call('GET', key) or 0)
    if used + cost <= capacity then
      answers[at] = { 1, math.floor(capacity - used - cost), 0 }
      writes[#writes + 1] = { key, nil, cost, rate }
    else
      all = false
      local wait = redis.call('PTTL', key)
      if cost > capacity then wait = -1 elseif wait < 0 then wait = rate end
      answers[at] = { 0, math.max(0, math.floor(capacity - used)), wait }
    end
  else
    local tokens, since = capacity, now
    local stored = redis.call('GET', key)
    if stored then
      local cut = string.find(stored, ' ', 1, true)
      tokens, since = tonumber(string.sub(stored, 1, cut - 1)), tonumber(string.sub(stored, cut + 1))
    end
    tokens = math.min(capacity, tokens + math.max(0, now - since) * rate / 60000)
    if tokens >= cost then
      tokens = tokens - cost
      answers[at] = { 1, math.floor(tokens), 0 }
      local full = 86400000
      if rate > 0 then full = math.ceil((capacity - tokens) * 60000 / rate) + 1000 end
      full = math.max(1000, math.min(full, 86400000))
      writes[#writes + 1] = { key, string.format('%.17g %.0f', tokens, math.max(now, since)), full }
    else
      all = false
      local wait = -1
      if cost <= capacity and rate > 0 then wait = math.ceil((cost - tokens) * 60000 / rate) end
      answers[at] = { 0, math.floor(tokens), wait }
    end
  end
end
if not all then return answers end
for _, write in ipairs(writes) do
  if write[2] then
    redis.call('SET', write[1], write[2], 'PX', write[3])
  else
    redis.call('INCRBY', write[1], write[3])
    if redis.call('PTTL', write[1]) < 0 then redis.call('PEXPIRE', write[1], write[4]) end
  end
end
for at = limits + 1, #KEYS do
  if not known[at - limits] then redis.call('SET', KEYS[at], '1', 'PX', ARGV[#ARGV]) end
end
return answers
`;

/** Adds to counters, and starts the time of those that are new. ARGV: of each key, how much and its time (ms). */
export const countScript = `
local values = {}
for at, key in ipairs(KEYS) do
  values[at] = redis.call('INCRBY', key, ARGV[at * 2 - 1])
  if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, ARGV[at * 2]) end
end
return values
`;
