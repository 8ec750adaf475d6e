-- How many schedules there are, and how many of them are stale: without a look at each.
-- ARGV[1]  reasons
-- Returns  { schedules, for each reason { how many, since when the first of them is } }

local schedules = 0
for _, id in ipairs(redis.call('HVALS', base .. 'syncs')) do
  local counts = redis.call('HMGET', base .. 'sync:' .. id, 'schedules', 'variants')
  schedules = schedules + number(counts[1]) + number(counts[2])
end
local stale = {}
for i, reason in ipairs(args.reasons) do
  local key = base .. 'stale:' .. reason
  stale[i] = { redis.call('ZCARD', key), number(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]) }
end
return { schedules, stale }
