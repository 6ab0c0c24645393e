import { LuaScript } from '#redis';
import { OVERHEAD_BYTES, SWEEP } from './results.js';

const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`;

/** How an entry begins: the time when it was stored, in ms. */
const STAMP = 13;

/**
 * KEYS: entries (hash of key → time and text), until (zset of key → end in ms), used (zset of key → when it was last asked
 * for), claim. ARGV: key, greatest age in ms, token (empty: no claim), ms of the claim.
 */
export const LOOK = new LuaScript<
  [key: string, maxAgeMs: number, token: string, claimMs: number],
  readonly ['hit', string, number] | readonly ['free' | 'busy']
>(`${NOW}
local key = ARGV[1]
if tonumber(redis.call('ZSCORE', KEYS[2], key) or 0) > now then
  local entry = redis.call('HGET', KEYS[1], key)
  local age = math.max(0, now - tonumber(string.sub(entry, 1, ${STAMP})))
  if age <= tonumber(ARGV[2]) then
    redis.call('ZADD', KEYS[3], now, key)
    return {'hit', string.sub(entry, ${STAMP + 1}), age}
  end
end
if ARGV[3] == '' then return {redis.call('EXISTS', KEYS[4]) == 1 and 'busy' or 'free'} end
return {redis.call('SET', KEYS[4], ARGV[3], 'NX', 'PX', ARGV[4]) and 'free' or 'busy'}
`);

/**
 * KEYS: entries, until, used, claim, bytes (all that the entries take). ARGV: key, text, ttl in ms, token, most bytes, most
 * entries. Answers 1 when the entry was kept. The keys of a tenant vanish together, with the last of its entries.
 */
export const KEEP = new LuaScript<
  [key: string, text: string, ttlMs: number, token: string, bytes: number, entries: number],
  number
>(`${NOW}
local key, text, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3])
local most, mostEntries = tonumber(ARGV[5]), tonumber(ARGV[6])
local size = #text + ${STAMP + OVERHEAD_BYTES}
if redis.call('GET', KEYS[4]) == ARGV[4] then redis.call('DEL', KEYS[4]) end
if size > most then return 0 end

local function drop(each)
  local length = redis.call('HSTRLEN', KEYS[1], each)
  if length == 0 then return end
  redis.call('HDEL', KEYS[1], each)
  redis.call('ZREM', KEYS[2], each)
  redis.call('ZREM', KEYS[3], each)
  redis.call('DECRBY', KEYS[5], length + ${OVERHEAD_BYTES})
end

drop(key)
for _, each in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ${SWEEP})) do drop(each) end
while tonumber(redis.call('GET', KEYS[5]) or 0) + size > most or redis.call('HLEN', KEYS[1]) >= mostEntries do
  drop(redis.call('ZRANGE', KEYS[3], 0, 0)[1])
end
redis.call('HSET', KEYS[1], key, string.format('%d', now) .. text)
redis.call('ZADD', KEYS[2], now + ttl, key)
redis.call('ZADD', KEYS[3], now, key)
redis.call('INCRBY', KEYS[5], size)
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
for _, i in ipairs({1, 2, 3, 5}) do redis.call('PEXPIREAT', KEYS[i], string.format('%d', last)) end
return 1
`);

/** KEYS: claim. ARGV: token, ms. */
export const RENEW = new LuaScript<[token: string, ms: number], number>(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`);

/** KEYS: claim. ARGV: token. */
export const GIVE_UP = new LuaScript<[token: string], number>(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);
