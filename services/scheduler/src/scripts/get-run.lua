-- One run of an environment: one that has not ended, one that waits for the run before it, or one that its schedule keeps.
-- ARGV[1]  environment, run
-- Returns  a row as list-runs.lua has it; {} if it is not known

local id = schedule_of(args.run)
local schedule = id and load_schedule(id)
local definition = schedule and schedule.definition
if not definition or definition.environment ~= args.environment then return {} end

local names = { definition.integration, schedule.connection, definition.sync, schedule.variant or 'base' }
if args.run == active_run(schedule) then return { args.run, names, redis.call('HGETALL', base .. 'r:' .. args.run) } end
if args.run == pending_run(schedule) then
  -- Numbers of runs follow the clock.
  local at = string.format('%.0f', math.min(args.now, number(schedule.pending_number) * 100))
  return { args.run, names, { 'state', 'QUEUED', 'def', schedule.def, 'cause', schedule.pending, 'requested_at', at, 'queued_at', at } }
end
local packed = packed_run(args.run)
return packed ~= '' and { args.run, names, packed } or {}
