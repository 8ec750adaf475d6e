-- STARTED → PAUSED. A run that a runner has taken goes on; a queued one is cancelled.
-- ARGV[1]  id, command
-- Returns  'done', 'cancelled' (done, and that run was cancelled), 'repeated' or 'gone'

local schedule = load_schedule(args.id)
if not schedule then return 'gone' end
if repeated(schedule) then return 'repeated' end
if schedule.state == 'PAUSED' then return 'done' end

change(schedule, { state = 'PAUSED', pending_trigger = '' })
local run = load_run(schedule.active)
local cancelled = run and run.state == 'QUEUED'
  and cancel_run(schedule, 'the schedule was paused while the run waited')
place(schedule)
return cancelled and 'cancelled' or 'done'
