-- Notes for which reasons schedules are stale, and tells it once: of each schedule, or of an outage that makes many stale.
-- ARGV[1]  schedules: list of { id, freshAt (as the caller has read it), reason, since, staleSince, message }
-- Returns  how many were marked: not those that changed meanwhile, nor those whose mark is the same

-- After an outage many wait for their turn, each for one of these: they are told if they last.
local IS_QUEUE = { environment_full = true, integration_full = true, rate_limited = true }

local begun, marked = {}, 0

local function join_outage(environment, reason, since)
  local field = environment .. '/' .. reason
  local outage = redis.call('HGET', OUTAGES, field)
  local known = outage and cjson.decode(outage) or { since, 0 }
  if not outage then begun[#begun + 1] = { environment, reason, field } end
  redis.call('HSET', OUTAGES, field, cjson.encode({ math.min(known[1], since), known[2] + 1 }))
end

local function is_to_be_told(was, reason)
  if IS_OUTAGE[reason] then return false end
  return not was or not IS_QUEUE[reason]
end

for _, found in ipairs(args.schedules) do
  local schedule = load_schedule(found.id)
  if schedule and schedule.definition and number(schedule.fresh_at) == found.freshAt then
    local was = told(schedule)
    if not was or was[1] ~= found.reason or was[2] ~= found.since then
      marked = marked + 1
      local environment = schedule.definition.environment
      local tell = (not was or was[4] ~= 1) and is_to_be_told(was, found.reason)
      local moves = not was or was[1] ~= found.reason
      -- Joined first: a schedule that stays in an outage does not end it.
      if moves and IS_OUTAGE[found.reason] then join_outage(environment, found.reason, found.since) end
      if moves then forget_stale(schedule) end
      redis.call('ZADD', base .. 'stale:' .. found.reason, found.staleSince, found.id)
      local is_told = tell or (was and was[4] == 1)
      change(schedule, {
        stale = cjson.encode({ found.reason, found.since, found.staleSince, is_told and 1 or 0 }),
      })
      if tell then
        local data = names(schedule)
        data.reason, data.since, data.message = found.reason, found.since, found.message
        emit('sync.stale', environment, data)
      end
    end
  end
end

for _, outage in ipairs(begun) do
  local environment, reason, field = unpack(outage)
  local text = redis.call('HGET', OUTAGES, field)
  if text then
    local since, schedules = unpack(cjson.decode(text))
    emit('system.outage', environment, { reason = reason, since = since, schedules = schedules })
  end
end
return marked
