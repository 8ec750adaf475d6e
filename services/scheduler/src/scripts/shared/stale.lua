-- What was found and told of stale schedules. Put after runs.lua.
--   stale:<reason>   schedule by the time since which it is stale (zset)
--   outages          '<environment>/<reason>' → JSON [since, schedules] (hash): reasons that concern many schedules at once
-- Field `stale` of a schedule: JSON [reason, since when the reason holds, since when it is stale, 1 if sync.stale told it].

-- One event tells of an outage, and none of each of the schedules that it makes stale.
local IS_OUTAGE = { scheduler_down = true, store_unavailable = true, no_runner = true }
local OUTAGES = base .. 'outages'

local function environment_of(schedule) return schedule.definition and schedule.definition.environment or '' end

local function told(schedule) return schedule.stale and cjson.decode(schedule.stale) end

-- Counts a schedule out of an outage; when it was the last one, the outage is over.
local function leave_outage(environment, reason)
  local field = environment .. '/' .. reason
  local outage = redis.call('HGET', OUTAGES, field)
  if not outage then return end
  local since, schedules = unpack(cjson.decode(outage))
  if schedules > 1 then
    redis.call('HSET', OUTAGES, field, cjson.encode({ since, schedules - 1 }))
  else
    redis.call('HDEL', OUTAGES, field)
    emit('system.recovered', environment, { reason = reason, since = since })
  end
end

-- The schedule is no longer stale for the reason that was found, or it goes.
local function forget_stale(schedule)
  local was = told(schedule)
  if not was then return nil end
  redis.call('ZREM', base .. 'stale:' .. was[1], schedule.id)
  change(schedule, { stale = '' })
  if IS_OUTAGE[was[1]] then leave_outage(environment_of(schedule), was[1]) end
  return was
end
