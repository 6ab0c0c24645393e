import { LuaScript } from '#redis';

/**
 * The tags of one band in Redis; `fair-band.ts` is their twin in memory and `range.ts` says what they are.
 * KEYS: fair, ends, lasts. ARGV: tokens per unit, largest priority, then flow and cost of each job.
 */
export const TAG = new LuaScript<readonly (string | number)[], number[]>(`
local unit, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local state = redis.call('HMGET', KEYS[1], 'now', 'base')
local now, base = tonumber(state[1] or 0), tonumber(state[2] or 0)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
local function score(key, flow) return tonumber(redis.call('ZSCORE', key, flow) or 0) end
local priorities = {}
for i = 3, #ARGV, 2 do
  local finish = math.max(now, score(KEYS[2], ARGV[i]))
  local start = math.max(finish, score(KEYS[3], ARGV[i]))
  redis.call('ZADD', KEYS[2], string.format('%.17g', finish + tonumber(ARGV[i + 1])), ARGV[i])
  redis.call('ZADD', KEYS[3], string.format('%.17g', start), ARGV[i])
  priorities[#priorities + 1] = math.min(most, math.max(1, math.floor(start / unit) - base + 1))
end
return priorities
`);

/** KEYS: fair, ends. ARGV: flow and cost of each correction. */
export const CORRECT = new LuaScript<readonly (string | number)[], number>(`
local now = tonumber(redis.call('HGET', KEYS[1], 'now') or 0)
for i = 1, #ARGV, 2 do
  local finish = math.max(now, tonumber(redis.call('ZSCORE', KEYS[2], ARGV[i]) or 0)) + tonumber(ARGV[i + 1])
  redis.call('ZADD', KEYS[2], string.format('%.17g', finish), ARGV[i])
end
return 1
`);

/**
 * Moves the base of a band up to the job that comes next, some jobs at a time, lowest first, so that the order holds at
 * every moment: what waits is set aside as a whole and comes back with its new priority. Answers with how many are still
 * aside. Jobs that run or are delayed keep their priority in their hash alone, and get the new one at once.
 * KEYS: fair, prioritized, former, delayed, active. ARGV: tokens per unit, how jobs' keys begin, most jobs.
 */
export const SHIFT = new LuaScript<readonly (string | number)[], number>(`
local jobs = ARGV[2]
local function lowered(priority, by) return math.max(1, priority - by) end

local function lowerHash(id, by)
  local priority = tonumber(redis.call('HGET', jobs .. id, 'priority') or 0)
  if priority > 0 then redis.call('HSET', jobs .. id, 'priority', lowered(priority, by)) end
end

local by = tonumber(redis.call('HGET', KEYS[1], 'shift') or 0)
if by == 0 then
  local state = redis.call('HMGET', KEYS[1], 'now', 'base')
  local base = math.floor(tonumber(state[1] or 0) / tonumber(ARGV[1]))
  by = base - tonumber(state[2] or 0)
  if by <= 0 then return 0 end
  redis.call('HSET', KEYS[1], 'base', base, 'shift', by)
  if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('RENAME', KEYS[2], KEYS[3]) end
  for _, id in ipairs(redis.call('ZRANGE', KEYS[4], 0, -1)) do lowerHash(id, by) end
  for _, id in ipairs(redis.call('LRANGE', KEYS[5], 0, -1)) do lowerHash(id, by) end
end

local moved = redis.call('ZPOPMIN', KEYS[3], ARGV[3])
for i = 1, #moved, 2 do
  local id, score = moved[i], tonumber(moved[i + 1])
  if redis.call('EXISTS', jobs .. id) == 1 then
    local priority = lowered(math.floor(score / 4294967296), by)
    redis.call('ZADD', KEYS[2], string.format('%.17g', priority * 4294967296 + score % 4294967296), id)
    redis.call('HSET', jobs .. id, 'priority', priority)
  end
end
local aside = redis.call('ZCARD', KEYS[3])
if aside == 0 then redis.call('HDEL', KEYS[1], 'shift') end
return aside
`);
