import { LuaScript } from '#redis';

/**
 * Draws from several buckets, each the time in µs when it will be full.
 * KEYS: buckets. ARGV, four for each: interval in µs, burst, wanted, and how far ahead the caller knows it to be in µs,
 * should Redis have forgotten. Answers with two numbers for each: granted, and how far ahead it is in µs.
 */
export const BORROW = new LuaScript<readonly (string | number)[], number[]>(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local answer = {}
for i, key in ipairs(KEYS) do
  local interval, burst = tonumber(ARGV[i * 4 - 3]), tonumber(ARGV[i * 4 - 2])
  local wanted, ahead = tonumber(ARGV[i * 4 - 1]), tonumber(ARGV[i * 4])
  local full = math.max(now + ahead, tonumber(redis.call('GET', key) or 0))
  full = math.min(full, now + burst * interval)
  local granted = math.min(wanted, math.floor(burst - (full - now) / interval + 0.01))
  full = full + granted * interval
  if full > now then
    redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
  end
  answer[#answer + 1] = granted
  answer[#answer + 1] = math.ceil(full - now)
end
return answer
`);
