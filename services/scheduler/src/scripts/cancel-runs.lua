-- cancel-runs
-- Ends the active runs of schedules as CANCELLED, and drops those that wait behind them. The schedules go on at their next slots.
-- ARGV[1]  environment, ids (back to back), run ('' = whichever is active), reason, command
-- Returns  { cancelled (how many), stops: see cancel_run }

local cancelled, stops = 0, {}
for _, id in ipairs(ids_of(args.ids)) do
  local schedule = load_schedule(id)
  local definition = schedule and schedule.definition
  if definition and definition.environment == args.environment and not repeated(schedule) then
    local active = active_run(schedule)
    if active and (args.run == '' or args.run == active) then
      change(schedule, { pending = '' })
      stops[#stops + 1] = cancel_run(schedule, args.reason)
      cancelled = cancelled + 1
    end
  end
end
return { cancelled, stops }
