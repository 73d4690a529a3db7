/**
 * An exact token bucket. Redis's own clock, so that processes with wrong ones agree; a bucket that would be full
 * again is forgotten. Answers {allowed, tokens left, milliseconds to wait or -1 for never}.
 */
export const takeScript = `
local capacity, per_minute, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('HMGET', KEYS[1], 'n', 't')
local tokens, at = tonumber(stored[1]) or capacity, tonumber(stored[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) * per_minute / 60000)
local allowed, wait = 0, 0
if tokens >= cost then
  allowed, tokens = 1, tokens - cost
elseif cost > capacity or per_minute <= 0 then
  wait = -1
else
  wait = math.ceil((cost - tokens) * 60000 / per_minute)
end
redis.call('HSET', KEYS[1], 'n', string.format('%.17g', tokens), 't', string.format('%.0f', math.max(now, at)))
local full = 86400000
if per_minute > 0 then full = math.ceil((capacity - tokens) * 60000 / per_minute) + 1000 end
redis.call('PEXPIRE', KEYS[1], math.max(1000, math.min(full, 86400000)))
return { allowed, math.floor(tokens), wait }
`;

/** Adds, and starts the counter's time when it is new. */
export const countScript = `
local value = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return value
`;
