import { GRANT_LUA } from '#limits';
import { LuaScript } from '#redis';

/**
 * Looks at all bands of all lanes and wins slots for what is ready, in one round trip.
 * KEYS, for each lane: wait, prioritized, delayed and fair of each band, then the six keys of its slots.
 * ARGV: process, number before its next token, lease in ms, most slots to win in all, tokens per unit, priority past which the
 * base must move, most slots that may be held on all lanes together (0: any number); then for each lane: limit, reserved, most, which bands are open ('1101'), gap and longest hold
 * of a spread.
 * Answers for each lane: slots for realtime, slots for others, for how many ms it is paused, then for each band: ready jobs, how long the next one has
 * waited in ms (-1: none), whether the base must move; last of all the era of the
 * slots, and the time until the next delayed or held job in ms (-1: none).
 * BullMQ takes jobs from the end of `wait` first, then from `prioritized` (score: priority × 2^32 + counter), and scores a
 * delayed job with its time in ms × 4096. The job that comes next is also what the fair tags of its band go by.
 */
export const LOOK = new LuaScript<readonly (string | number)[], number[]>(`${GRANT_LUA}
local process, seq, leaseMs, room = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local unit, far, limitOfAll = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local now = redisNow()
local due = now * 4096 + 4095
local answer, nextDue = {}, -1

local function headOf(wait, prioritized, fair)
  local id, shift = redis.call('LINDEX', wait, -1), 0
  local head = redis.call('ZRANGE', prioritized, 0, 0, 'WITHSCORES')
  if head[1] then
    local state = redis.call('HMGET', fair, 'now', 'base', 'shift')
    local priority = math.floor(tonumber(head[2]) / 4294967296)
    local tag = (priority - 1 + tonumber(state[2] or 0)) * unit
    if tag > tonumber(state[1] or 0) then redis.call('HSET', fair, 'now', string.format('%.17g', tag)) end
    if priority > far or state[3] then shift = 1 end
  end
  return id or head[1], shift
end

local function lookAt(k)
  local wait, prioritized, delayed = KEYS[k], KEYS[k + 1], KEYS[k + 2]
  local ripe = redis.call('ZCOUNT', delayed, '-inf', due)
  local ready = redis.call('LLEN', wait) + redis.call('ZCARD', prioritized) + ripe
  local later = redis.call('ZRANGEBYSCORE', delayed, '(' .. due, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2]
  if later then
    local ms = math.floor(tonumber(later) / 4096)
    if nextDue < 0 or ms < nextDue then nextDue = ms end
  end
  local id, shift = headOf(wait, prioritized, KEYS[k + 3])
  local waited = -1
  if id then
    local since = redis.call('HGET', string.sub(wait, 1, -5) .. id, 'timestamp')
    waited = math.max(0, now - tonumber(since or now))
  end
  return ready, waited, shift
end

local lanes, waiting, urgent = {}, 0, 0
for lane = 0, (#ARGV - 7) / 6 - 1 do
  local k, a = lane * 22 + 1, lane * 6 + 8
  local ready, bands = {}, {}
  for band = 0, 3 do
    local count, waited, shift = lookAt(k + band * 4)
    ready[band] = string.sub(ARGV[a + 3], band + 1, band + 1) == '1' and count or 0
    bands[#bands + 1], bands[#bands + 2], bands[#bands + 3] = count, waited, shift
  end
  lanes[lane] = {k, a, ready, bands}
  waiting = waiting + ready[0] + ready[1] + ready[2] + ready[3]
end

-- Of slots that all lanes share, those that realtime can use on any lane are kept from the other bands of all lanes.
if limitOfAll > 0 then
  local held = 0
  for lane = 0, #lanes do
    local k, a, ready = unpack(lanes[lane])
    redis.call('ZREMRANGEBYSCORE', KEYS[k + 16], '-inf', now)
    local mine = redis.call('ZCARD', KEYS[k + 16])
    held = held + mine
    if redis.call('EXISTS', KEYS[k + 18]) == 0 then
      urgent = urgent + math.max(0, math.min(ready[0], tonumber(ARGV[a]) - mine, tonumber(ARGV[a + 2])))
    end
  end
  room = math.max(0, math.min(room, limitOfAll - held))
  -- Whichever lane gives one back, somebody waits for it.
  if waiting > limitOfAll - held then
    for lane = 0, #lanes do redis.call('SET', KEYS[lanes[lane][1] + 19], 1, 'PX', leaseMs) end
  end
end

for lane = 0, #lanes do
  local k, a, ready, bands = unpack(lanes[lane])
  local able = math.min(room, tonumber(ARGV[a + 2]))
  local realtime = math.min(able, ready[0])
  urgent = math.max(0, urgent - realtime)
  local others = math.max(0, math.min(able - realtime, room - realtime - urgent, ready[1] + ready[2] + ready[3]))
  local slots = {KEYS[k + 16], KEYS[k + 17], KEYS[k + 18], KEYS[k + 19], KEYS[k + 20], KEYS[k + 21]}
  local limit, reserved, gap, hold = tonumber(ARGV[a]), tonumber(ARGV[a + 1]), tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5])
  local first, rest, held = grant(slots, now, leaseMs, limit, reserved, realtime, others, gap, hold, process, seq)
  if held > 0 and (nextDue < 0 or now + held < nextDue) then nextDue = now + held end
  seq = seq + first + rest
  room = room - first - rest
  answer[#answer + 1], answer[#answer + 2] = first, rest
  answer[#answer + 1] = math.max(0, redis.call('PTTL', KEYS[k + 18]))
  for _, number in ipairs(bands) do answer[#answer + 1] = number end
end
answer[#answer + 1] = eraOf(KEYS[22], now)
answer[#answer + 1] = nextDue < 0 and -1 or math.max(0, nextDue - now)
return answer
`);

/** KEYS: wait, prioritized, delayed, fair of each band. Answers with how many jobs wait in each. */
export const COUNT = new LuaScript<readonly number[], number[]>(`
local answer = {}
for k = 1, #KEYS, 4 do
  answer[#answer + 1] = redis.call('LLEN', KEYS[k]) + redis.call('ZCARD', KEYS[k + 1]) + redis.call('ZCARD', KEYS[k + 2])
end
return answer
`);
