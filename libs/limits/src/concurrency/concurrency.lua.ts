import { LuaScript } from '#redis';

type Args = readonly (string | number)[];

/**
 * One ZSET per name holds its leases, token → end in ms by the clock of Redis, and one hash per process the names of each
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

local function free(token, names)
  for _, name in ipairs(cjson.decode(names)) do redis.call('ZREM', ARGV[1] .. name, token) end
  redis.call('HDEL', KEYS[1], token)
end
`;

/** ARGV then: lease in ms, token, names as JSON, the limit of each. Answers 0, or the number of the first that is full. */
export const ACQUIRE = new LuaScript<Args, number>(`${LEASE_LUA}
for i, name in ipairs(cjson.decode(ARGV[4])) do
  redis.call('ZREMRANGEBYSCORE', ARGV[1] .. name, '-inf', now)
  if redis.call('ZCARD', ARGV[1] .. name) >= tonumber(ARGV[4 + i]) then return i end
end
hold(ARGV[3], ARGV[4], tonumber(ARGV[2]))
return 0
`);

/** ARGV then: lease in ms; token and names of each lease. */
export const RENEW = new LuaScript<Args, number>(`${LEASE_LUA}
for i = 3, #ARGV, 2 do hold(ARGV[i], ARGV[i + 1], tonumber(ARGV[2])) end
return 1
`);

/** ARGV then: token, names. */
export const RELEASE = new LuaScript<Args, number>(`${LEASE_LUA}
free(ARGV[2], ARGV[3])
return 1
`);

/** Answers with how many leases the process held. */
export const SWEEP = new LuaScript<Args, number>(`${LEASE_LUA}
local held = redis.call('HGETALL', KEYS[1])
for i = 1, #held, 2 do free(held[i], held[i + 1]) end
return #held / 2
`);
