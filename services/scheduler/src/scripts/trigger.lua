-- One more run of each schedule, also of paused ones, which stay paused. Applies several commands in their order, each whole
-- or not at all.
-- ARGV[1]  environment, commands: list of { id, ids (back to back), reset, emptyCache (only with reset), withRuns, isPart (it is about
--          more schedules than these: the caller keeps its result) }
-- Returns  { answers, missing (ids of the command behind them, back to back: it and those after it were not applied), stops: see
--          cancel_run }. An answer is the JSON text of a result that was kept before, or { runs }, of `withRuns`: [id, connection,
--          sync, variant] of each schedule

local RUNS_MAX = 100
local answers, missing, stops = {}, '', {}

-- The result as ../store/command-results.ts reads it.
local function result_with(runs)
  if #runs == 0 then return '' end
  local shown = {}
  for i = 1, math.min(#runs, RUNS_MAX) do
    local id, connection, sync, variant = unpack(runs[i])
    shown[i] = { id = id, connectionId = connection, sync = sync, variant = variant }
  end
  return cjson.encode({ done = { runs = shown, moreRuns = #runs > RUNS_MAX } })
end

local function trigger(schedule, command)
  if repeated(schedule) then return pending_run(schedule) or last_run(schedule) end
  if command.reset then
    stops[#stops + 1] = cancel_run(schedule, 'cancelled by a reset')
    change(schedule, { checkpoint = '', last_sync_at = '' })
    if command.emptyCache then change(schedule, { empty_cache = '1' }) end
  end
  local run = request_run(schedule, 'trigger')
  place_one(schedule)
  return run
end

for n, command in ipairs(args.commands) do
  args.command = command.id
  local known = result_of(args.environment, command.id)
  if known then
    answers[n] = known
  else
    local ids = ids_of(command.ids)
    missing = missing_of(ids)
    if missing ~= '' then break end
    local runs = {}
    for i, id in ipairs(ids) do
      local schedule = load_schedule(id)
      local run = trigger(schedule, command)
      if command.withRuns then
        runs[i] = { run, schedule.connection, schedule.definition.sync, schedule.variant or 'base' }
      end
    end
    if not command.isPart then finish(args.environment, command.id, result_with(runs)) end
    answers[n] = { runs }
  end
end
forget_results(args.environment)
place_environments()
write_counts()
return { answers, missing, stops }
