-- What there is to do in an environment now, and when there is more. Changes nothing.
-- ARGV[1]  limit (of each list)
-- Returns  { due, outbox, expired, full, nextAt }
--   due      { { id, next_at, default, frequency, pending_trigger } }: schedules to claim, longest due first. Those that
--            wait for a run of the environment to end are left out.
--   outbox   requests to publish: see request_of
--   expired  ids of runs whose lease ran out
--   full     1 if a schedule waits for a run of the environment to end
--   nextAt   when a schedule, a lease or a request is due next; '' = never

local room = args.maxRuns - in_flight()
local due, full = {}, 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', DUE, '-inf', args.now, 'LIMIT', 0, args.limit)) do
  local fields = redis.call('HMGET', schedule_key(id), 'next_at', 'default', 'frequency', 'pending_trigger', 'active')
  local active = table.remove(fields) ~= ''
  -- With an active run, the slot is only skipped and counted.
  if active or room > 0 then
    table.insert(due, { id, unpack(fields) })
    if not active then room = room - 1 end
  else
    full = 1
  end
end

local next_at = ''
for _, index in ipairs({ DUE, LEASES, OUTBOX }) do
  local first = redis.call('ZRANGEBYSCORE', index, '(' .. args.now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if first[2] and (next_at == '' or tonumber(first[2]) < tonumber(next_at)) then next_at = first[2] end
end

return {
  due,
  redis.call('ZRANGEBYSCORE', OUTBOX, '-inf', args.now, 'LIMIT', 0, args.limit),
  redis.call('ZRANGEBYSCORE', LEASES, '-inf', args.now, 'LIMIT', 0, args.limit),
  full,
  next_at,
}
