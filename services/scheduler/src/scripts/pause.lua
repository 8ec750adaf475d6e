-- STARTED → PAUSED. A run that a runner has taken goes on; one that still waits does not happen.
-- ARGV[1]  id, command
-- Returns  'done', 'repeated' or 'gone'

local schedule = load_schedule(args.id)
if not schedule then return 'gone' end
if repeated(schedule) then return 'repeated' end
if schedule.state == 'PAUSED' then return 'done' end

change(schedule, { state = 'PAUSED', wanted = '' })
local run = load_run(schedule.active)
if run and run.state == 'QUEUED' then cancel_run(schedule, 'the schedule was paused before a runner took the run') end
place(schedule)
return 'done'
