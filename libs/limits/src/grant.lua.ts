import { type SlotAsk } from './slots.js';

/**
 * A Redis that was emptied while it ran grants nothing for so long: by then every dispatcher has looked, has seen that it
 * is another era and has put its slots back. As long as two safety ticks of the dispatcher, and some.
 */
export const ERA_GRACE_MS = 750;

/**
 * Lua functions for scripts that grant slots. One ZSET per upstream holds its leases: token → end of its lease in ms, by
 * the clock of Redis. What has run out is dropped first, so the slots of a dead process come back by themselves.
 */
export const GRANT_LUA = `
local graceMs = ${ERA_GRACE_MS}

local function redisNow()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function lease(key, count, untilMs, prefix, seq)
  for i = 1, count do redis.call('ZADD', key, untilMs, prefix .. ':' .. string.format('%d', seq + i)) end
end

-- Of so many starts, those that need not be held back, and for how many ms the next one is: while most slots are in use they
-- come one by one. key: when the last one was, and until when the next one is held.
local function apart(key, now, gap, most, count)
  local state = redis.call('HMGET', key, 'last', 'hold')
  local last, hold = tonumber(state[1] or 0), tonumber(state[2] or 0)
  if hold == 0 and now < last + gap then
    hold = math.min(last + gap, now + most)
    redis.call('HSET', key, 'hold', hold)
  end
  if now < hold then return 0, hold - now end
  return math.min(1, count), 0
end

-- When Redis last came to know slots at all, in ms; it forgets that together with the leases. key: the era.
local function eraOf(key, now)
  local era = tonumber(redis.call('GET', key) or now + 1)
  if era > now then
    era = now
    redis.call('SET', key, era)
  end
  return era
end

-- keys: leases, those of them that realtime did not take, pause, wanted, spread, era. Answers with slots for realtime, slots for
-- others, and for how many ms a start is held back; their tokens are prefix:seq+1, prefix:seq+2 and so on.
local function grant(keys, now, leaseMs, limit, reserved, realtime, others, gap, most, prefix, seq)
  if realtime + others == 0 or redis.call('EXISTS', keys[3]) == 1 then return 0, 0, 0 end
  local young = eraOf(keys[6], now) + graceMs - now
  if young > 0 then return 0, 0, young end
  redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', now)
  local free = math.max(0, limit - redis.call('ZCARD', keys[1]))
  local first = math.min(free, realtime)
  local rest = math.min(free - first, others)
  local held = 0
  if gap > 0 and rest > 0 and free * 3 <= limit then rest, held = apart(keys[5], now, gap, most, rest) end
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
    if gap > 0 then
      redis.call('HSET', keys[5], 'last', now, 'hold', 0)
      redis.call('PEXPIRE', keys[5], leaseMs)
    end
  end
  return first, rest, held
end
`;

/** The keys of an upstream's slots, in the order that the functions above expect. */
export function slotKeys(prefix: string, upstream: string): string[] {
  const leases = `${prefix}:slots:${upstream}`;
  return [
    leases,
    `${leases}:others`,
    `${leases}:paused`,
    `${leases}:wanted`,
    `${leases}:spread`,
    `${prefix}:slots`,
  ];
}

/** Gap and longest hold, both 0 where starts are not spread. */
export function spreadArgs({ spread }: Pick<SlotAsk, 'spread'>): [number, number] {
  return spread ? [spread.gapMs, spread.holdMs] : [0, 0];
}
