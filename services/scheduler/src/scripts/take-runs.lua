-- Hands runs to a runner and starts an attempt of each.
--
-- If the answer is lost, the runs are RUNNING and the runner does not know them: its next heartbeat puts them back, and if it
-- sends none, their leases run out.
-- ARGV[1]  runner { id, slots, reservedSlots, sandbox }, freeSlots, freeReservedSlots
-- Returns  JSON array of what the runner has to know of each, see below

local runner = args.runner
local on = base .. 'on:' .. runner.id
local taken = {}

local function start(run, held)
  local schedule = load_schedule(schedule_of(run.id))
  change(run, {
    state = 'RUNNING', attempt = number(run.attempt) + 1, runner = runner.id, sandbox = runner.sandbox,
    started_at = run.started_at or args.now, taken_at = args.now, progressed = '',
  })
  redis.call('HSET', on, run.id, held)
  if not schedule or not schedule.definition then
    return end_run(run, schedule, { outcome = 'CANCELLED', error = 'its sync is gone' })
  end
  redis.call('ZADD', LEASES, args.now + limits.leaseMs, run.id)
  local data = names(schedule)
  data.run, data.attempt, data.cause = run.id, number(run.attempt), run.cause
  emit('run.started', run.environment, data)
  taken[#taken + 1] = {
    environment = run.environment, run = run.id, integration = run.integration, connection = schedule.connection,
    uid = run.uid, sync = schedule.definition.sync, variant = schedule.variant or 'base', attempt = number(run.attempt),
    lastSyncAt = number(schedule.last_sync_at), emptyCache = run.empty_cache == '1', startedAt = number(run.started_at),
    foundCheckpoint = run.found_checkpoint == '1', checkpoint = schedule.checkpoint or '', reserved = held == 'reserved',
    queuedAt = number(run.queued_at), takenAt = args.now, lane = run.lane,
  }
end

if redis.call('ZADD', RUNNERS, args.now, runner.id) == 1 then keep_runner(runner) end

-- First syncs are long: they leave a slot to others.
local first_syncs, first_max = 0, math.max(1, runner.slots - 1)
for _, held in ipairs(redis.call('HVALS', on)) do
  if held == 'first' then first_syncs = first_syncs + 1 end
end

for _ = 1, args.freeSlots do
  local run = pick(false, first_syncs < first_max)
  if not run then break end
  if run.lane == 'first' then first_syncs = first_syncs + 1 end
  start(run, run.lane)
end
for _ = 1, args.freeReservedSlots do
  local run = pick(true, true)
  if not run then break end
  start(run, 'reserved')
end
write_counts()
return #taken > 0 and cjson.encode(taken) or '[]'
