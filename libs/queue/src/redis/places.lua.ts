import { LuaScript } from '#redis';

/** KEYS: wait and prioritized of each band. Answers with how long the job that comes next has waited in ms, -1: none. */
export const HEAD_WAITS = new LuaScript<readonly number[], number[]>(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local answer = {}
for k = 1, #KEYS, 2 do
  local id = redis.call('LINDEX', KEYS[k], -1) or redis.call('ZRANGE', KEYS[k + 1], 0, 0)[1]
  local since = id and redis.call('HGET', string.sub(KEYS[k], 1, -5) .. id, 'timestamp')
  answer[#answer + 1] = id and math.max(0, now - tonumber(since or now)) or -1
end
return answer
`);

/**
 * KEYS: wait and prioritized of a band. ARGV: names that the job may have. Answers with how many jobs are taken before it,
 * -1: it does not wait. What was put back waits in \`wait\`, a short list that BullMQ takes from first, from its end.
 */
export const PLACE = new LuaScript<readonly string[], number>(`
for _, id in ipairs(ARGV) do
  local rank = redis.call('ZRANK', KEYS[2], id)
  if rank then return rank + redis.call('LLEN', KEYS[1]) end
  local fromEnd = redis.call('LPOS', KEYS[1], id, 'RANK', -1, 'MAXLEN', 1000)
  if fromEnd then return redis.call('LLEN', KEYS[1]) - 1 - fromEnd end
end
return -1
`);
