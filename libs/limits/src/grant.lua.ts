/**
 * Lua functions for scripts that grant slots. One ZSET per upstream holds its leases: token → end of its lease in ms, by
 * the clock of Redis. What has run out is dropped first, so the slots of a dead process come back by themselves.
 */
export const GRANT_LUA = `
local function redisNow()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function lease(key, count, untilMs, prefix, seq)
  for i = 1, count do redis.call('ZADD', key, untilMs, prefix .. ':' .. string.format('%d', seq + i)) end
end

-- keys: leases, those of them that realtime did not take, pause, wanted. Answers with slots for realtime, and for others;
-- their tokens are prefix:seq+1, prefix:seq+2 and so on.
local function grant(keys, now, leaseMs, limit, reserved, realtime, others, prefix, seq)
  if realtime + others == 0 or redis.call('EXISTS', keys[3]) == 1 then return 0, 0 end
  redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', now)
  local free = math.max(0, limit - redis.call('ZCARD', keys[1]))
  local first = math.min(free, realtime)
  local rest = math.min(free - first, others)
  if reserved > 0 then
    redis.call('ZREMRANGEBYSCORE', keys[2], '-inf', now)
    rest = math.max(0, math.min(rest, limit - reserved - redis.call('ZCARD', keys[2])))
    lease(keys[2], rest, now + leaseMs, prefix, seq + first)
    redis.call('PEXPIRE', keys[2], leaseMs * 2)
  end
  if first + rest < realtime + others then redis.call('SET', keys[4], 1, 'PX', leaseMs) end
  if first + rest > 0 then
    lease(keys[1], first + rest, now + leaseMs, prefix, seq)
    redis.call('PEXPIRE', keys[1], leaseMs * 2)
  end
  return first, rest
end
`;

/** The keys of an upstream's slots, in the order that the functions above expect. */
export function slotKeys(prefix: string, upstream: string): [string, string, string, string] {
  const leases = `${prefix}:slots:${upstream}`;
  return [leases, `${leases}:others`, `${leases}:paused`, `${leases}:wanted`];
}
