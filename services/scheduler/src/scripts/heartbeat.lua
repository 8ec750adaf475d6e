-- Keeps the leases of a runner's attempts, and shows their counts. An attempt of this runner that is not among the beats did not
-- reach it, or it has forgotten it: its run goes back into the queue, at no cost. The runner names an attempt until its end is
-- answered.
-- ARGV[1]  runner { id, slots, reservedSlots, sandbox }, beats [{ run, attempt, counts (JSON), parked }]
-- Returns  JSON { stops [[run, attempt, reason]], again [run], wake }

-- So long an answer with new attempts may be on its way, or a heartbeat that was sent before.
local ON_ITS_WAY_MS = 10000

local runner = args.runner
local on = base .. 'on:' .. runner.id
redis.call('ZADD', RUNNERS, args.now, runner.id)
redis.call('ZREMRANGEBYSCORE', RUNNERS, '-inf', args.now - RUNNER_KEPT_MS)
keep_runner(runner)

local known, to_stop, again = {}, {}, {}
for _, beat in ipairs(args.beats) do
  local run = load_run(beat.run)
  local reason = refusal(run, beat.attempt) or (run.runner ~= runner.id and 'runner ' .. run.runner .. ' has taken over')
  if reason then
    to_stop[#to_stop + 1] = { beat.run, beat.attempt, reason }
  else
    known[beat.run] = true
    if (run.parked or '') ~= beat.parked then redis.call('HSET', on, run.id, beat.parked ~= '' and 'parked' or run.lane) end
    change(run, { counts = beat.counts, parked = beat.parked })
    redis.call('ZADD', LEASES, args.now + limits.leaseMs, run.id)
  end
end
for _, id in ipairs(redis.call('HKEYS', on)) do
  local run = not known[id] and load_run(id)
  if run and run.state == 'RUNNING' and run.runner == runner.id then
    if args.now - number(run.taken_at) > ON_ITS_WAY_MS then
      release(run)
      enqueue(run)
      again[#again + 1] = id
    end
  elseif not known[id] then
    redis.call('HDEL', on, id)
  end
end
write_counts()
return cjson.encode({ stops = to_stop, again = again, wake = wake and 1 or 0 })
