-- remove-schedules
-- Removes schedules with their checkpoints and histories, cancels their runs, and notes which streams have to be emptied.
-- ARGV[1]  ids (back to back), reason, models (list: those of them that no other schedule writes)
-- Returns  { removed (ids, back to back), to clean (those of them whose streams have to be emptied), stops: see cancel_run }

local removed, to_clean, stops = {}, {}, {}

local function drop_variant(schedule, definition)
  local key = base .. 'variants:' .. definition.environment
  local variants = cjson.decode(redis.call('HGET', key, schedule.uid) or '{}')
  local kept = {}
  for _, variant in ipairs(variants[definition.sync] or {}) do
    if variant ~= schedule.variant then kept[#kept + 1] = variant end
  end
  variants[definition.sync] = #kept > 0 and kept or nil
  if next(variants) then
    redis.call('HSET', key, schedule.uid, cjson.encode(variants))
  else
    redis.call('HDEL', key, schedule.uid)
  end
end

-- Whether nothing of it has ever been handed to a runner: its only run was begun when it was created, and waits.
local function has_never_run(schedule, run)
  if not schedule.number then return true end
  return run ~= nil and number(run.attempt) == 0
    and number(schedule.number) == math.floor(number(schedule.created_at) / 100)
end

for _, id in ipairs(ids_of(args.ids)) do
  local schedule = load_schedule(id)
  if schedule then
    local definition = schedule.definition
    local is_clean = #args.models == 0 or has_never_run(schedule, load_run(active_run(schedule)))
    change(schedule, { pending = '' })
    stops[#stops + 1] = cancel_run(schedule, args.reason)
    if not is_clean then
      redis.call('HSET', base .. 'cleaning:' .. definition.environment, id, cjson.encode({
        uid = schedule.uid, sync = definition.sync, variant = schedule.variant or 'base', models = args.models,
        number = math.max(number(schedule.number) + 1, math.floor(args.now / 100)), since = args.now,
      }))
      redis.call('SADD', base .. 'cleaning', definition.environment)
      to_clean[#to_clean + 1] = id
    end
    if schedule.variant then drop_variant(schedule, definition) end
    redis.call('HINCRBY', definition.key, schedule.variant and 'variants' or 'schedules', -1)
    change(schedule, { state = 'PAUSED' })
    place(schedule)
    redis.call('ZREM', WATCH, id)
    redis.call('DEL', schedule.key, base .. 't:' .. id, base .. 'h:' .. id, base .. 'k:' .. id)
    removed[#removed + 1] = id
  end
end
return { table.concat(removed), table.concat(to_clean), stops }
