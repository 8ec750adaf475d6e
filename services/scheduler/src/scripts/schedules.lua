-- Shared by the scripts that make, change and remove many schedules at once: put after queue.lua. A caller passes so few that a
-- call takes some milliseconds: meanwhile Redis does nothing else.

-- Ids of schedules, 24 characters each, back to back.
local ID_CHARS = 24
local function ids_of(text)
  local ids = {}
  for at = 1, #text, ID_CHARS do ids[#ids + 1] = string.sub(text, at, at + ID_CHARS - 1) end
  return ids
end

-- The part of the time that is always the same for a schedule, as in ../schedules/slots.ts.
local function spread(id, ms) return tonumber(string.sub(id, 1, 12), 16) % ms end

-- The first slot after now by the definition. Slots of cron are among `times`, which the caller gives: those after now minus the
-- jitter, up to the first one after now.
local function first_slot(id, definition, times)
  local interval = tonumber(definition.interval_ms)
  if interval then return next_slot(id, interval, args.now) end
  local jitter = number(definition.jitter_ms)
  local delay = jitter > 0 and spread(id, jitter) or 0
  for _, time in ipairs(times) do
    if time + delay > args.now then return time + delay end
  end
end

-- Slots from next_at up to now: how many, the last one, and the one after now. Of cron, the caller says them in `cron`, a map of
-- ids to these three; nil if it does not.
local function passed_slots(schedule)
  local interval, first = interval_of(schedule), number(schedule.next_at)
  if interval then
    local after = next_slot(schedule.id, interval, args.now)
    if first > args.now then return 0, first, after end
    local count = 1 + math.floor((args.now - first) / interval)
    return count, first + (count - 1) * interval, after
  end
  local given = args.cron and args.cron[schedule.id]
  if given then return unpack(given) end
end

-- What is needed to give the slots of a schedule in `cron`.
local function cron_of(schedule)
  local definition = schedule.definition
  return { schedule.id, schedule.next_at, schedule.frequency or definition.frequency, definition.jitter_ms or '0' }
end

-- From when on a schedule that does not run is stale.
local function watch(schedule)
  local since = number(schedule.fresh_at or schedule.created_at)
  redis.call('ZADD', WATCH, 'NX', since + fresh_ms_of(schedule), schedule.id)
end

-- Those of `ids` that do not exist, back to back.
local function missing_of(ids)
  local missing = {}
  for _, id in ipairs(ids) do
    if redis.call('EXISTS', base .. 's:' .. id) == 0 then missing[#missing + 1] = id end
  end
  return table.concat(missing)
end

-- Places a schedule; place_environments has to follow.
local touched = {}
local function place_one(schedule)
  place(schedule, true)
  touched[schedule.definition.environment] = true
end

local function place_environments()
  for environment in pairs(touched) do place_environment(environment) end
end

-- Calls `edit` with the list of variants of the schedule's sync, and stores what it leaves.
local function edit_variants(schedule, edit)
  local environment, sync = schedule.definition.environment, schedule.definition.sync
  local key = base .. 'variants:' .. environment
  local variants = cjson.decode(redis.call('HGET', key, schedule.uid) or '{}')
  local of_sync = edit(variants[sync] or {})
  variants[sync] = #of_sync > 0 and of_sync or nil
  if next(variants) then
    redis.call('HSET', key, schedule.uid, cjson.encode(variants))
  else
    redis.call('HDEL', key, schedule.uid)
  end
end

local function add_variant(schedule)
  edit_variants(schedule, function(list)
    list[#list + 1] = schedule.variant
    return list
  end)
end

local function drop_variant(schedule)
  edit_variants(schedule, function(list)
    local others = {}
    for _, variant in ipairs(list) do
      if variant ~= schedule.variant then others[#others + 1] = variant end
    end
    return others
  end)
end
