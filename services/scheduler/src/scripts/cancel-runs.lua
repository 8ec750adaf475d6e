-- Ends the active runs of schedules as CANCELLED, and drops those that wait behind them. The schedules go on at their next slots.
-- ARGV[1]  environment, ids (back to back), run ('' = whichever is active), reason, command
-- Returns  { cancelled (how many), stops: see cancel_run, known (1: `run` is one of these schedules, and has ended or ends now) }

local cancelled, stops, known = 0, {}, 0
local run = args.run

for _, id in ipairs(ids_of(args.ids)) do
  local schedule = load_schedule(id)
  local definition = schedule and schedule.definition
  local is_ours = definition and definition.environment == args.environment
  if is_ours and run ~= '' and (run == active_run(schedule) or run == pending_run(schedule) or packed_run(run) ~= '') then
    known = 1
  end
  if is_ours and not repeated(schedule) then
    local active = active_run(schedule)
    if run ~= '' and run == pending_run(schedule) then
      change(schedule, { pending = '', pending_number = '' })
      cancelled = cancelled + 1
    elseif active and (run == '' or run == active) then
      change(schedule, { pending = '', pending_number = '' })
      stops[#stops + 1] = cancel_run(schedule, args.reason)
      cancelled = cancelled + 1
    end
  end
end
write_counts()
return { cancelled, stops, known }
