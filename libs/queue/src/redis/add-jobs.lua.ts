import { LuaScript } from '#redis';

/**
 * Adds jobs that are due to one band, as BullMQ's own script `addPrioritizedJob` would add each, with the tags of
 * `fair-tags.lua.ts`. One step for all of them, in which each flow is read and written once, and without the events of
 * which nobody hears: a third of the time of Redis. A job that is there already is left alone.
 * KEYS: marker, prioritized, pc, fair, ends, lasts. ARGV: tokens per unit, largest priority, how jobs' keys begin, how their
 * options begin, then id, flow, cost, data and timestamp of each job. Answers with how many were added.
 */
export const ADD_JOBS = new LuaScript<readonly (string | number)[], number>(`
local unit, most, jobs, options = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
local state = redis.call('HMGET', KEYS[4], 'now', 'base')
local now, base = tonumber(state[1] or 0), tonumber(state[2] or 0)

local ends, lasts = {}, {}
local function of(known, key, flow)
  local score = known[flow]
  if score == nil then score = tonumber(redis.call('ZSCORE', key, flow) or 0) end
  return score
end

local ids, priorities = {}, {}
for i = 5, #ARGV, 5 do
  local id, flow = ARGV[i], ARGV[i + 1]
  if redis.call('EXISTS', jobs .. id) == 0 then
    local finish = math.max(now, of(ends, KEYS[5], flow))
    local start = math.max(finish, of(lasts, KEYS[6], flow))
    ends[flow], lasts[flow] = finish + tonumber(ARGV[i + 2]), start
    local priority = math.min(most, math.max(1, math.floor(start / unit) - base + 1))
    redis.call('HSET', jobs .. id, 'name', 'message', 'data', ARGV[i + 3], 'opts', options .. priority .. '}',
      'timestamp', ARGV[i + 4], 'delay', 0, 'priority', priority)
    ids[#ids + 1], priorities[#priorities + 1] = id, priority
  end
end
if #ids == 0 then return 0 end

local function addAll(key, members) redis.call('ZADD', key, unpack(members)) end
local function scores(known)
  local members = {}
  for flow, score in pairs(known) do
    members[#members + 1] = string.format('%.17g', score)
    members[#members + 1] = flow
  end
  return members
end
addAll(KEYS[5], scores(ends))
addAll(KEYS[6], scores(lasts))

local before = redis.call('INCRBY', KEYS[3], #ids) - #ids
local waiting = {}
for i, id in ipairs(ids) do
  waiting[2 * i - 1] = string.format('%.17g', priorities[i] * 4294967296 + (before + i) % 4294967296)
  waiting[2 * i] = id
end
addAll(KEYS[2], waiting)
redis.call('ZADD', KEYS[1], 0, '0')
-- Last: a Redis that is full lets a script go on that has begun with what only deletes.
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', now)
return #ids
`);
