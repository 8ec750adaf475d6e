-- The clock of Redis has jumped: what was to happen so long after now still does. One of all schedulers does it.
-- ARGV[1]  by (ms), jumps (that the caller knows of)
-- Returns  how many jumps there were with this one; or were already, if another scheduler was faster

local jumps = number(redis.call('GET', base .. 'jumps'))
if jumps ~= args.jumps or args.by == 0 then return jumps end
redis.call('SET', base .. 'jumps', jumps + 1)
redis.call('INCRBY', base .. 'ticked', args.by)

local function shift(index)
  local entries = redis.call('ZRANGE', index, 0, -1, 'WITHSCORES')
  for i = 1, #entries, 2 do redis.call('ZADD', index, tonumber(entries[i + 1]) + args.by, entries[i]) end
  return entries
end

shift(LEASES)
shift(RUNNERS)
local delayed = shift(DELAYED)
for i = 1, #delayed, 2 do
  redis.call('HSET', base .. 'r:' .. delayed[i], 'not_before', string.format('%.0f', tonumber(delayed[i + 1]) + args.by))
end
-- After a jump back slots lie too far ahead: each schedule is looked at again, see claim-due.lua.
if args.by < 0 then
  redis.call('DEL', base .. 'reconciling')
  for _, environment in ipairs(redis.call('ZRANGE', DUE, 0, -1)) do
    local due = base .. 'due:' .. environment
    redis.call('ZUNIONSTORE', due, 1, due, 'WEIGHTS', 0)
    redis.call('ZADD', DUE, 0, environment)
  end
end
return jumps + 1
