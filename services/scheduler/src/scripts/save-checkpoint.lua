-- ARGV[1]  run, attempt, checkpoint (JSON text, '' = none)
-- Returns  '' or why the attempt may not save

local run = load_run(args.run)
local reason = stale(run, args.attempt)
if reason then return reason end
change(load_schedule(run.schedule), { checkpoint = args.checkpoint })
return ''
