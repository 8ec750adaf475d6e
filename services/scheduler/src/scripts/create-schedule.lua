-- Creates a schedule if it is absent; if it is STARTED and not blocked, its first run comes at once.
-- ARGV[1]  id, integration, connection, uid, sync, variant, state, default (frequency of the deployed sync),
--          models (JSON array), blocked (JSON text, '' = not), nextAt, command ('' = none)
-- Returns  'created'; 'cleaning' while records of an earlier one are still being removed; 'exists'; 'repeated' if
--          this very command created it

local schedule = load_schedule(args.id)
if schedule then
  return args.command ~= '' and schedule.command == args.command and 'repeated' or 'exists'
end
if redis.call('HEXISTS', CLEANING, args.id) == 1 then return 'cleaning' end

schedule = { key = base .. 'schedule:' .. args.id, id = args.id }
change(schedule, {
  integration = args.integration, connection = args.connection, uid = args.uid, sync = args.sync,
  variant = args.variant, models = args.models, state = args.state, default = args.default, frequency = '',
  next_at = args.nextAt, pending_trigger = '', active = '', last_run = '', number = 0, checkpoint = '', last_sync_at = 0,
  empty_cache = '', skipped = 0, blocked = args.blocked, command = args.command,
})
redis.call('SADD', base .. 'connections', args.uid)
redis.call('SADD', base .. 'connection:' .. args.uid, args.id)
if takes_slots(schedule) then request_run(schedule, 'schedule') end
place(schedule)
return 'created'
