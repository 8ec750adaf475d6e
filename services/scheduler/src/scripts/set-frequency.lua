-- ARGV[1]  id, command, frequency ('' = the default), nextAt
-- Returns  'done', 'repeated' or 'gone'

local schedule = load_schedule(args.id)
if not schedule then return 'gone' end
if repeated(schedule) then return 'repeated' end
change(schedule, { frequency = args.frequency, next_at = args.nextAt })
place(schedule)
return 'done'
