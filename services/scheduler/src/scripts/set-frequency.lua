-- Gives a schedule a frequency of its own, or takes it away.
-- ARGV[1]  id, command, frequency ('' = that of the definition), intervalMs ('' = it is cron), longestMs (of cron; else ''), freshMs,
--          nextAt
-- Returns  'done', 'repeated' or 'missing'

local schedule = load_schedule(args.id)
if not schedule then return 'missing' end
if repeated(schedule) then return 'repeated' end
change(schedule, {
  frequency = args.frequency, interval_ms = args.intervalMs, longest_ms = args.longestMs, fresh_ms = args.freshMs,
})
-- A slot that is due stays, so that it runs or is counted.
if number(schedule.next_at) > args.now then change(schedule, { next_at = args.nextAt }) end
place(schedule)
return 'done'
