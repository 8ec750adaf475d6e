-- Judges runs whose lease ran out. Those whose runner is silent go back into the queue, or are lost; those that no runner took in
-- time are lost.
-- ARGV[1]  limit, jumps (of the clock, that the caller knows of)
-- Returns  JSON { lost [[run, environment, reason]], again [[run, environment, reason]], more, wake, jumps }. Nobody is judged while
--          there was a jump that the caller does not know of.

local WAITS = {
  environment_full = 'as many runs of its environment were in flight as may be',
  integration_full = 'as many runs of its integration or sync were in flight as may be',
  no_runner = 'no runner had a free slot',
  rate_limited = 'its API made it wait',
  store_unavailable = 'a service did not answer its runners',
}

local lost, again = {}, {}
local jumps = number(redis.call('GET', base .. 'jumps'))
local ids = jumps == args.jumps and redis.call('ZRANGEBYSCORE', LEASES, '-inf', args.now, 'LIMIT', 0, args.limit) or {}
for _, id in ipairs(ids) do
  local run = load_run(id)
  local schedule = run and load_schedule(schedule_of(id))
  if not run then
    redis.call('ZREM', LEASES, id)
    redis.call('ZREM', DELAYED, id)
  elseif run.state == 'QUEUED' then
    local reason = wait_reason(schedule, run)
    local minutes = math.floor((args.now - number(run.queued_at)) / 60000)
    local why = 'it waited for ' .. minutes .. ' minutes in the queue: ' .. (WAITS[reason] or reason)
    end_run(run, schedule, { outcome = 'LOST', error = why })
    if schedule then go_on(schedule) end
    lost[#lost + 1] = { id, run.environment, why }
  else
    local why = 'its runner ' .. run.runner .. ' sent no heartbeat in time'
    -- Nobody knows how far the attempt came.
    change(run, { has_begun = '1' })
    local into = try_again(run, schedule, why) and again or lost
    into[#into + 1] = { id, run.environment, why }
  end
end
write_counts()
return cjson.encode({
  lost = lost, again = again, more = #ids == args.limit and 1 or 0, wake = wake and 1 or 0, jumps = jumps,
})
