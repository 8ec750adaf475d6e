-- Keeps the checkpoint that an attempt has reached.
-- ARGV[1]  run, attempt, checkpoint (JSON text, '' = none)
-- Returns  '' or why the attempt may not save

local run = load_run(args.run)
local reason = refusal(run, args.attempt)
if reason then return reason end
local schedule = load_schedule(schedule_of(run.id))
if not schedule then return 'its schedule is gone' end
change(schedule, { checkpoint = args.checkpoint })
change(run, { progressed = '1', fruitless = '', unavailable = '', unavailable_since = '' })
return ''
