-- Removes a schedule with its checkpoint and history, cancels its run, and notes which streams have to be emptied.
-- ARGV[1]  id, reason, models (JSON array: those that no other schedule writes)
-- Returns  'removed', 'cancelled' (removed, and the active run was cancelled) or 'gone'

local schedule = load_schedule(args.id)
if not schedule then return 'gone' end

local cancelled = cancel_run(schedule, args.reason)
redis.call('HSET', CLEANING, args.id, cjson.encode({
  uid = schedule.uid, sync = schedule.sync, variant = schedule.variant, number = next_number(schedule),
  models = args.models, since = args.now,
}))
redis.call('DEL', schedule.key, base .. 'runs:' .. args.id)
redis.call('ZREM', DUE, args.id)
local siblings = base .. 'connection:' .. schedule.uid
redis.call('SREM', siblings, args.id)
if redis.call('EXISTS', siblings) == 0 then redis.call('SREM', base .. 'connections', schedule.uid) end
return cancelled and 'cancelled' or 'removed'
