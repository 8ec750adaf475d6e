-- Makes runs of the slots that are due, over all environments: of each the same number, longest due first. Any number of
-- schedulers may do this at once. Also lets runs go on that waited for a time.
--
-- The slots of cron are not computed here: schedules of cron that are due are returned, and the caller sends their slots with its
-- next call. If it dies before that, they are still due; if another scheduler was faster, the slot is not the one that was read.
-- ARGV[1]  jumps (of the clock, that the caller knows of), limit (schedules), slots: [{ id, environment, slot (as it was
--          returned), nextAt (the slot after now), missed (slots that passed between) }]; instead of the last and of `slot`:
--          aside (why no slot can be computed; looked at again at nextAt)
-- Returns  JSON { claimed, lags (ms of each slot that was claimed), skipped { reason → count },
--          cron [[id, environment, next_at, frequency, jitter_ms]], aside [[id, environment, why]], more (1: call again at once),
--          expired (1: there are leases that ran out), rest_ms (until something is due, at most REST_MS), wake, stops, jumps }.
--          Nothing is claimed while there was a jump that the caller does not know of: it has another time.

local jumps = number(redis.call('GET', base .. 'jumps'))
if jumps ~= args.jumps then return cjson.encode({ claimed = 0, jumps = jumps }) end
redis.call('SET', base .. 'ticked', args.now)

local ASIDE_MS = 3600000
-- Another scheduler may make something due sooner.
local REST_MS = 250
local claimed, lags, skipped, cron, aside, stops, touched = 0, {}, {}, {}, {}, {}, {}

local function skip_and_tell(schedule, first, last, count_of_them, reason)
  if count_of_them <= 0 then return end
  skip(schedule, first, last, count_of_them, reason)
  skipped[reason] = (skipped[reason] or 0) + count_of_them
end

local function claim_slot(schedule, next_at, missed)
  local slot = number(schedule.next_at)
  claimed = claimed + 1
  lags[#lags + 1] = args.now - slot
  skip_and_tell(schedule, slot, args.now, missed, 'scheduler_down')
  local run = load_run(active_run(schedule))
  if not run then return begin_run(schedule, 'schedule', next_at) end
  change(schedule, { next_at = next_at })
  local overlap = schedule.definition.overlap
  if overlap == 'cancel_running' and run.state == 'RUNNING' then
    stops[#stops + 1] = cancel_run(schedule, 'its next slot came')
    begin_run(schedule, 'schedule')
  elseif overlap == 'queue_one' and not schedule.pending then
    change(schedule, { pending = 'schedule' })
  else
    skip_and_tell(schedule, slot, slot, 1, wait_reason(schedule, run))
  end
end

local function put_aside(id, environment, until_ms, why)
  redis.call('ZADD', base .. 'due:' .. environment, until_ms, id)
  aside[#aside + 1] = { id, environment, why }
end

local function look_at(id, environment, score)
  local schedule = load_schedule(id)
  if not schedule then
    redis.call('ZREM', base .. 'due:' .. environment, id)
    return
  end
  if not schedule.definition then error('its sync has no definition') end
  local slot, interval = number(schedule.next_at), interval_of(schedule)
  if not takes_slots(schedule) then
    -- placed below
  elseif not interval then
    -- With a score of 0 it is looked at again because the clock went back.
    if slot <= args.now or score == 0 then
      local frequency = schedule.frequency or schedule.definition.frequency
      cron[#cron + 1] = { id, environment, slot, frequency, number(schedule.definition.jitter_ms) }
      return
    end
  elseif not (interval >= 1) then
    error('its interval is ' .. tostring(interval))
  elseif slot <= args.now then
    claim_slot(schedule, next_slot(id, interval, args.now), math.floor((args.now - slot) / interval))
  elseif slot > args.now + interval then
    change(schedule, { next_at = next_slot(id, interval, args.now) })
  end
  if schedule.retry_at and number(schedule.retry_at) <= args.now and takes_slots(schedule) and not schedule.active then
    claimed = claimed + 1
    begin_run(schedule, 'retry')
  end
  place(schedule, true)
end

local function take_computed(computed)
  if computed.aside then return put_aside(computed.id, computed.environment, computed.nextAt, computed.aside) end
  local schedule = load_schedule(computed.id)
  if not schedule then return end
  if takes_slots(schedule) and number(schedule.next_at) == computed.slot then
    if computed.slot <= args.now then
      claim_slot(schedule, computed.nextAt, computed.missed)
    else
      change(schedule, { next_at = math.min(computed.slot, computed.nextAt) })
    end
  end
  place(schedule, true)
end

-- A schedule that can't be claimed must not stop the others.
local function safely(work, id, environment, ...)
  touched[environment] = true
  local done, fault = pcall(work, ...)
  if not done then put_aside(id, environment, args.now + ASIDE_MS, tostring(fault)) end
end

for _, computed in ipairs(args.slots) do safely(take_computed, computed.id, computed.environment, computed) end

local due = redis.call('ZRANGEBYSCORE', DUE, '-inf', args.now, 'LIMIT', 0, args.limit)
local share = math.max(1, math.floor(args.limit / math.max(1, #due)))
local more = #due == args.limit
for _, environment in ipairs(due) do
  local ids = redis.call('ZRANGEBYSCORE', base .. 'due:' .. environment, '-inf', args.now, 'WITHSCORES', 'LIMIT', 0, share)
  more = more or #ids == 2 * share
  for i = 1, #ids, 2 do safely(look_at, ids[i], environment, ids[i], environment, tonumber(ids[i + 1])) end
  touched[environment] = true
end
for environment in pairs(touched) do place_environment(environment) end

trim_events()
local delayed = redis.call('ZRANGEBYSCORE', DELAYED, '-inf', args.now, 'LIMIT', 0, args.limit)
more = more or #delayed == args.limit
for _, id in ipairs(delayed) do
  redis.call('ZREM', DELAYED, id)
  local run = load_run(id)
  if run then enqueue(run) end
end

local function first_of(index) return tonumber(redis.call('ZRANGE', index, 0, 0, 'WITHSCORES')[2]) or math.huge end
local rest_ms = math.min(first_of(DUE) - args.now, first_of(DELAYED) - args.now, REST_MS)

write_counts()
return cjson.encode({
  claimed = claimed, lags = lags, skipped = skipped, cron = cron, aside = aside, more = more and 1 or 0, wake = wake and 1 or 0,
  expired = #redis.call('ZRANGEBYSCORE', LEASES, '-inf', args.now, 'LIMIT', 0, 1), stops = stops, jumps = jumps,
  rest_ms = math.max(0, rest_ms),
})
