-- Gives a schedule another checkpoint, or none. A run that a runner has would save its own one over it; one that waits begins with it.
-- ARGV[1]  id, command, checkpoint (JSON text, '' = none)
-- Returns  'done', 'repeated', 'running' (nothing was done) or 'missing'

local schedule = load_schedule(args.id)
if not schedule then return 'missing' end
if schedule.command == args.command then return 'repeated' end
local run = load_run(active_run(schedule))
if run and run.state == 'RUNNING' then return 'running' end
change(schedule, { checkpoint = args.checkpoint, command = args.command })
return 'done'
