import { LuaScript } from '#redis';

type Args = readonly (string | number)[];

/**
 * One ZSET per name holds its leases, token → end in ms by the clock of Redis, another one who waits for it, and one hash per process the names of each
 * of its tokens, so that the places of a dead process can be found. All of them have the same hash tag.
 * KEYS of all scripts: the hash of the process. ARGV begins with the prefix of the ZSETs.
 */
const LEASE_LUA = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function hold(token, names, leaseMs)
  for _, name in ipairs(cjson.decode(names)) do
    redis.call('ZADD', ARGV[1] .. name, now + leaseMs, token)
    redis.call('PEXPIRE', ARGV[1] .. name, leaseMs * 2)
  end
  redis.call('HSET', KEYS[1], token, names)
  redis.call('PEXPIRE', KEYS[1], leaseMs * 2)
end

local function lineOf(name) return ARGV[1] .. name .. ':line' end

local function free(name, limit)
  redis.call('ZREMRANGEBYSCORE', ARGV[1] .. name, '-inf', now)
  return math.max(0, limit - redis.call('ZCARD', ARGV[1] .. name))
end

local function giveBack(token, names)
  for _, name in ipairs(cjson.decode(names)) do redis.call('ZREM', ARGV[1] .. name, token) end
  redis.call('HDEL', KEYS[1], token)
end
`;

/**
 * ARGV then: lease in ms, token, names as JSON, id and rank of who waits (empty: nobody), for how many ms a line is kept, the
 * limit of each name. Answers 0, or the number of the first that is full.
 */
export const ACQUIRE = new LuaScript<Args, number>(`${LEASE_LUA}
for i, name in ipairs(cjson.decode(ARGV[4])) do
  if free(name, tonumber(ARGV[7 + i])) == 0 then
    if ARGV[5] ~= '' then
      redis.call('ZADD', lineOf(name), ARGV[6], ARGV[5])
      redis.call('PEXPIRE', lineOf(name), ARGV[7])
    end
    return i
  end
end
hold(ARGV[3], ARGV[4], tonumber(ARGV[2]))
return 0
`);

/** ARGV then: name and limit of each. Answers with the ids of those who come next. */
export const NEXT = new LuaScript<Args, string[]>(`${LEASE_LUA}
local ids = {}
for i = 2, #ARGV, 2 do
  local places = free(ARGV[i], tonumber(ARGV[i + 1]))
  if places > 0 then
    local first = redis.call('ZPOPMIN', lineOf(ARGV[i]), places)
    for j = 1, #first, 2 do ids[#ids + 1] = first[j] end
  end
end
return ids
`);

/** ARGV then: lease in ms; token and names of each lease. */
export const RENEW = new LuaScript<Args, number>(`${LEASE_LUA}
for i = 3, #ARGV, 2 do hold(ARGV[i], ARGV[i + 1], tonumber(ARGV[2])) end
return 1
`);

/** ARGV then: token, names. */
export const RELEASE = new LuaScript<Args, number>(`${LEASE_LUA}
giveBack(ARGV[2], ARGV[3])
return 1
`);

/** Answers with how many leases the process held. */
export const SWEEP = new LuaScript<Args, number>(`${LEASE_LUA}
local held = redis.call('HGETALL', KEYS[1])
for i = 1, #held, 2 do giveBack(held[i], held[i + 1]) end
return #held / 2
`);
