-- Removes schedules with their checkpoints and histories, cancels their runs, and notes which streams have to be emptied.
-- ARGV[1]  ids (back to back), reason, kept (list of models that other schedules write too), isSwept (the caller leaves the
--          emptying to a sweep)
-- Returns  { removed (ids, back to back), to clean (those of them whose streams have to be emptied), stops: see cancel_run }

local KEPT_MS = 10000
local removed, to_clean, stops = {}, {}, {}

local kept = {}
for _, model in ipairs(args.kept) do kept[model] = true end

local emptied = {}
local function models_to_empty(definition)
  local models = emptied[definition.key]
  if not models then
    models = {}
    for _, model in ipairs(cjson.decode(definition.models or '[]')) do
      if not kept[model] then models[#models + 1] = model end
    end
    emptied[definition.key] = models
  end
  return models
end

-- Whether nothing of it has ever been handed to a runner: its only run was begun when it was created, and waits.
local function has_never_run(schedule, run)
  if not schedule.number then return true end
  return run ~= nil and number(run.attempt) == 0
    and number(schedule.number) == math.floor(number(schedule.created_at) / 100)
end

-- If it is made again at once, its runs have higher numbers than those that it had, and than the one that cleaning uses.
local function keep_number(schedule)
  local last = number(schedule.number) + 1
  local ahead = last - math.floor(args.now / 100)
  if schedule.number and ahead >= 0 then
    redis.call('SET', base .. 'last:' .. schedule.id, string.format('%.0f', last), 'PX', ahead * 100 + KEPT_MS)
  end
end

for _, id in ipairs(ids_of(args.ids)) do
  local schedule = load_schedule(id)
  if schedule then
    local definition = schedule.definition
    local environment, models = definition.environment, models_to_empty(definition)
    local is_clean = #models == 0 or has_never_run(schedule, load_run(active_run(schedule)))
    stops[#stops + 1] = cancel_run(schedule, args.reason)
    keep_number(schedule)
    if not is_clean then
      redis.call('HSET', base .. 'cleaning:' .. environment, id, cjson.encode({
        uid = schedule.uid, sync = definition.sync, variant = schedule.variant or 'base', models = models,
        number = math.max(number(schedule.number) + 1, math.floor(args.now / 100)), since = args.isSwept and 0 or args.now,
      }))
      redis.call('SADD', base .. 'cleaning', environment)
      to_clean[#to_clean + 1] = id
    end
    if schedule.variant then drop_variant(schedule) end
    redis.call('HINCRBY', definition.key, schedule.variant and 'variants' or 'schedules', -1)
    redis.call('ZREM', base .. 'due:' .. environment, id)
    redis.call('ZREM', WATCH, id)
    forget_stale(schedule)
    redis.call('DEL', schedule.key, schedule.texts, base .. 'h:' .. id, base .. 'k:' .. id)
    tell_change(environment, id)
    touched[environment] = true
    removed[#removed + 1] = id
  end
end
place_environments()
write_counts()
return { table.concat(removed), table.concat(to_clean), stops }
