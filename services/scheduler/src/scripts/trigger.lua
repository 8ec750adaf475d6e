-- One more run, also of a paused schedule, which stays paused.
-- ARGV[1]  id, command, reset, emptyCache (only with reset)
-- Returns  'done', 'cancelled' (done, and the active run was cancelled), 'repeated' or 'gone'

local schedule = load_schedule(args.id)
if not schedule then return 'gone' end
if repeated(schedule) then return 'repeated' end

local cancelled = args.reset and cancel_run(schedule, 'cancelled by a reset')
if args.reset then
  change(schedule, { checkpoint = '', last_sync_at = 0 })
  if args.emptyCache then change(schedule, { empty_cache = '1' }) end
end
request_run(schedule, 'trigger')
place(schedule)
return cancelled and 'cancelled' or 'done'
