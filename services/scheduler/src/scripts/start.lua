-- PAUSED → STARTED, with a run at once.
-- ARGV[1]  id, command, nextAt
-- Returns  'done', 'repeated' or 'gone'

local schedule = load_schedule(args.id)
if not schedule then return 'gone' end
if repeated(schedule) then return 'repeated' end
if schedule.state == 'STARTED' then return 'done' end

change(schedule, { state = 'STARTED', next_at = args.nextAt })
request_run(schedule, 'start')
place(schedule)
return 'done'
