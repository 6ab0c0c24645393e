import { LuaScript } from '#redis';
import { SLOTS } from './slots.js';

/**
 * A window of a key is a hash: what each slot holds under the number of the slot; their `sum` as of the slot `at`, since
 * when it only has to be added up anew once the slots move on; `total`, all that was ever charged; and what the provider
 * has told: its limit `cap`, and what was `left`, each with the time until when that holds. KEYS of all scripts are the
 * windows of one key, ARGV begins with the length of each in ms.
 */
const WINDOW_LUA = `
local function redisNow()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local now = redisNow()

local function move(w)
  w.sum = 0
  local all = redis.call('HGETALL', w.key)
  for i = 1, #all, 2 do
    local slot = tonumber(all[i])
    if slot and slot < w.slot - ${SLOTS} then redis.call('HDEL', w.key, all[i])
    elseif slot then w.sum = w.sum + tonumber(all[i + 1]) end
  end
  redis.call('HSET', w.key, 'at', w.slot, 'sum', w.sum)
end

local function open(i)
  local length = tonumber(ARGV[i])
  local w = {key = KEYS[i], length = length, slotMs = length / ${SLOTS}}
  w.slot = math.floor(now / w.slotMs)
  local known = redis.call('HMGET', w.key, 'at', 'sum', 'total', 'cap', 'capUntil', 'left', 'leftUntil')
  w.sum, w.total = tonumber(known[2] or 0), tonumber(known[3] or 0)
  w.capUntil, w.leftUntil = tonumber(known[5] or 0), tonumber(known[7] or 0)
  if now < w.capUntil then w.cap = tonumber(known[4]) end
  if now < w.leftUntil then w.left = tonumber(known[6]) end
  if tonumber(known[1] or -1) ~= w.slot then move(w) end
  return w
end

local function add(w, slot, count)
  redis.call('HINCRBY', w.key, slot, count)
  redis.call('HINCRBY', w.key, 'sum', count)
end

local function keep(w)
  local untilMs = math.max(now + w.length + 2 * w.slotMs, w.capUntil, w.leftUntil)
  redis.call('PEXPIRE', w.key, math.ceil(untilMs - now))
end
`;

/**
 * ARGV then: limit and wanted of each window. Answers 0 and ms to wait and the number of the window that is in the way;
 * or 1, and for each window what was charged, its slot and the total; and at the end for each what is free now.
 */
export const RESERVE = new LuaScript<readonly (string | number)[], number[]>(`${WINDOW_LUA}
local function waitFor(w, excess)
  local all, slots = redis.call('HGETALL', w.key), {}
  for i = 1, #all, 2 do
    local slot = tonumber(all[i])
    if slot then slots[#slots + 1] = {slot, tonumber(all[i + 1])} end
  end
  table.sort(slots, function(a, b) return a[1] < b[1] end)
  for _, entry in ipairs(slots) do
    excess = excess - entry[2]
    if excess <= 0 then return (entry[1] + ${SLOTS + 1}) * w.slotMs - now end
  end
  return w.length
end

local function check(w, limit, wanted)
  w.limit = math.min(limit, w.cap or limit)
  w.charge = wanted == 0 and 0 or math.max(1, math.min(wanted, w.limit))
  local wait = 0
  if w.sum + w.charge > w.limit then wait = waitFor(w, w.sum + w.charge - w.limit) end
  if w.left and w.left < w.charge then wait = math.max(wait, w.leftUntil - now) end
  return wait
end

local windows, longest, which = {}, 0, 0
for i = 1, #KEYS do
  local w = open(i)
  local wait = check(w, tonumber(ARGV[#KEYS + i * 2 - 1]), tonumber(ARGV[#KEYS + i * 2]))
  if wait > longest then longest, which = wait, i end
  windows[i] = w
end

local answer = longest > 0 and {0, math.ceil(longest), which} or {1}
if longest == 0 then
  for _, w in ipairs(windows) do
    if w.charge > 0 then
      add(w, w.slot, w.charge)
      w.sum = w.sum + w.charge
      w.total = redis.call('HINCRBY', w.key, 'total', w.charge)
    end
    if w.left then w.left = redis.call('HINCRBY', w.key, 'left', -w.charge) end
    answer[#answer + 1] = w.charge
    answer[#answer + 1] = w.slot
    answer[#answer + 1] = w.total
  end
end
for _, w in ipairs(windows) do
  keep(w)
  answer[#answer + 1] = math.max(0, math.min(w.limit - w.sum, w.left or w.limit))
end
return answer
`);

/** ARGV then: slot and difference of each window. More counts from now, less in its slot. */
export const ADJUST = new LuaScript<readonly (string | number)[], number>(`${WINDOW_LUA}
for i = 1, #KEYS do
  local w, slot, difference = open(i), ARGV[#KEYS + i * 2 - 1], tonumber(ARGV[#KEYS + i * 2])
  if difference > 0 then add(w, w.slot, difference)
  elseif difference < 0 then
    add(w, slot, -math.min(-difference, tonumber(redis.call('HGET', w.key, slot) or 0)))
  end
  keep(w)
end
return 1
`);

/** ARGV then: limit (-1: nothing was told), remaining, reset in ms, and the total after the call, of each window. */
export const LEARN = new LuaScript<readonly (string | number)[], number>(`${WINDOW_LUA}
for i = 1, #KEYS do
  local at = #KEYS + i * 4 - 3
  local limit, reset = tonumber(ARGV[at]), tonumber(ARGV[at + 2])
  if limit >= 0 then
    local w = open(i)
    w.capUntil, w.leftUntil = now + math.max(reset, w.length), now + reset
    local left = tonumber(ARGV[at + 1]) - math.max(0, w.total - tonumber(ARGV[at + 3]))
    redis.call('HSET', w.key, 'cap', limit, 'capUntil', w.capUntil, 'left', left, 'leftUntil', w.leftUntil)
    keep(w)
  end
end
return 1
`);

/** ARGV then: add, or most; and number of the window, slot, count, as often as there are slots. */
export const RECALL = new LuaScript<readonly (string | number)[], number>(`${WINDOW_LUA}
local windows = {}
for i = 1, #KEYS do windows[i] = open(i) end
for i = #KEYS + 2, #ARGV, 3 do
  local w, slot, count = windows[tonumber(ARGV[i])], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  if slot >= w.slot - ${SLOTS} then
    local known = tonumber(redis.call('HGET', w.key, ARGV[i + 1]) or 0)
    if ARGV[#KEYS + 1] == 'most' then count = math.max(0, count - known) end
    add(w, ARGV[i + 1], count)
  end
end
for _, w in ipairs(windows) do keep(w) end
return 1
`);
