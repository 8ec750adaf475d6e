-- Ends a run as its runner reports. A second report, or one of an attempt that was taken over, is ignored.
-- ARGV[1]  run, attempt, outcome, error, counts and lastLines (JSON arrays), finishedAt
-- Returns  '' or why it was ignored

local run = load_reported(args.run)
local reason = stale(run, args.attempt)
if reason then return reason end

local schedule = load_schedule(run.schedule)
change(run, { counts = args.counts, last_lines = args.lastLines })
end_run(run, schedule, args)
go_on(schedule)
return ''
