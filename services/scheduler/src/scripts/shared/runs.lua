-- The life of a run, from where it begins to where it ends. Put after queue.lua. ../../schedules/schedule.ts has its states.

local FRUITLESS_MAX = 5

-- QUEUED. The only place where a run begins. The caller has checked that none is active. `next_at`: of the schedule, if it changes.
--
-- Run numbers follow the clock (tenths of a second) and never repeat: a Redis that lost its data still gives higher fences than the
-- record store has seen. So does a schedule that is made again: what it begins with, if the clock has yet to reach it, is in
-- last:<schedule>.
local function begin_run(schedule, cause, next_at)
  local definition = schedule.definition
  local reserved = schedule.pending and tonumber(schedule.pending_number)
  local run_number = math.max(number(schedule.number) + 1, reserved or math.floor(args.now / 100))
  local id = schedule.id .. '-' .. string.format('%.0f', run_number)
  local now = string.format('%.0f', args.now)
  local run = {
    key = base .. 'r:' .. id, id = id, environment = definition.environment, integration = definition.integration,
    uid = schedule.uid, def = schedule.def, lane = lane_of(schedule, cause), state = 'QUEUED', cause = cause,
    requested_at = now, queued_at = now,
  }
  redis.call('HSET', run.key, 'environment', run.environment, 'integration', run.integration, 'uid', run.uid, 'def', run.def,
    'lane', run.lane, 'state', 'QUEUED', 'cause', cause, 'requested_at', now, 'queued_at', now)
  if schedule.empty_cache then change(run, { empty_cache = '1' }) end
  if schedule.checkpoint then change(run, { found_checkpoint = '1' }) end
  change(schedule, {
    number = run_number, active = '1', pending = '', pending_number = '', empty_cache = '', retry_at = '', next_at = next_at,
    retried = cause == 'retry' and number(schedule.retried) + 1 or '',
  })
  redis.call('ZADD', WATCH, 'NX', number(schedule.fresh_at or schedule.created_at) + fresh_ms_of(schedule), schedule.id)
  redis.call('ZADD', base .. 'active:' .. run.environment, args.now, run.id)
  wait_for_runner(run)
  return id
end

-- Begins a run now, or after the active one, and returns its id. Triggers are coalesced: any number of them that wait become one run.
local function request_run(schedule, cause)
  if not schedule.active then return begin_run(schedule, cause) end
  local reserved = schedule.pending and schedule.pending_number
  change(schedule, {
    pending = cause, pending_number = reserved or math.max(number(schedule.number) + 1, math.floor(args.now / 100)),
  })
  return pending_run(schedule)
end

-- A run that has ended, as ../../schedules/run.ts reads it: a JSON array, without what is default at its end.
local function pack_run(run, ending)
  local function whole(value) return string.format('%.0f', value) end
  local requested = number(run.requested_at)
  local parts = {
    string.match(run.id, '(%d+)$'), cjson.encode(run.def), cjson.encode(run.cause), whole(requested),
    whole(math.max(0, args.now - requested)), cjson.encode(ending.outcome),
    whole(number(run.attempt)), run.started_at and whole(math.max(0, number(run.started_at) - requested)) or '-1',
    cjson.encode(run.runner or ''), cjson.encode(run.sandbox or ''), run.counts or '[]', cjson.encode(ending.error or ''),
    ending.lastLines or '[]', whole(number(run.throttles)), cjson.encode(run.throttled_reason or ''),
    whole(number(run.fruitless)), ending.heldBack and '1' or '0',
    whole((run.empty_cache and 1 or 0) + (run.found_checkpoint and 2 or 0)), cjson.encode(run.version or ''),
  }
  local defaults = { nil, nil, nil, nil, nil, nil, '0', '-1', '""', '""', '[]', '""', '[]', '0', '""', '0', '0', '0', '""' }
  local last = #parts
  while last > 6 and parts[last] == defaults[last] do last = last - 1 end
  return '[' .. table.concat(parts, ',', 1, last) .. ']'
end

local RETRY_MS, RETRY_MAX_MS = 30000, 3600000

-- What the end of its run means for a schedule.
local function settle(schedule, run, ending)
  local outcome, definition = ending.outcome, schedule.definition
  local fields = { active = '' }
  -- It has emptied nothing: the next run has to.
  if run.empty_cache and not run.has_begun then fields.empty_cache = '1' end
  if outcome == 'SUCCESS' then
    fields.last_sync_at, fields.failures, fields.failing_since, fields.retried = run.started_at, '', '', ''
    if ending.heldBack then
      fields.held_since = schedule.held_since or args.now
    else
      fields.held_since, fields.fresh_at, fields.created_at = '', args.now, ''
      if schedule.stale then
        redis.call('ZADD', WATCH, args.now, schedule.id)
      elseif takes_slots(schedule) then
        redis.call('ZREM', WATCH, schedule.id)
      else
        redis.call('ZADD', WATCH, args.now + fresh_ms_of(schedule), schedule.id)
      end
    end
  end
  change(schedule, fields)
  if outcome ~= 'SUCCESS' and outcome ~= 'CANCELLED' and run.attempt then
    local failures, retried = number(schedule.failures) + 1, number(schedule.retried)
    change(schedule, { failures = failures, failing_since = schedule.failing_since or args.now })
    if schedule.state ~= 'PAUSED' and definition.pause_after and failures >= number(definition.pause_after) then
      local reason = failures .. ' runs failed one after the other, the last one with: ' .. (ending.error or outcome)
      change(schedule, { state = 'PAUSED', paused_at = args.now, paused_because = string.sub(reason, 1, 500) })
      redis.call('ZADD', WATCH, 'NX', args.now, schedule.id)
      local data = names(schedule)
      data.reason = schedule.paused_because
      emit('sync.paused', definition.environment, data)
      place(schedule)
    elseif takes_slots(schedule) and retried < number(definition.retries) then
      local at = args.now + math.min(RETRY_MS * 2 ^ retried, interval_of(schedule) or RETRY_MAX_MS)
      if at < number(schedule.next_at) then
        change(schedule, { retry_at = at })
        place(schedule)
      end
    end
  end
end

-- Of a lock: the attempt of a run. That of an action begins with 'action:'.
local function lock_owner(run) return run.id .. '/' .. run.attempt end

local function free_locks(owner)
  local held, freed = base .. 'locks:' .. owner, 0
  for _, lock in ipairs(redis.call('SMEMBERS', held)) do
    if redis.call('GET', lock) == owner then freed = freed + redis.call('DEL', lock) end
  end
  redis.call('DEL', held)
  return freed
end

-- The run leaves its runner, and what waited for its limits may be served. Every end of an attempt comes through here.
local function release(run)
  if run.locks then
    free_locks(lock_owner(run))
    change(run, { locks = '' })
  end
  redis.call('HDEL', base .. 'on:' .. run.runner, run.id)
  local integration = integration_limit(run.environment, run.integration)
  local sync = sync_limit(run.def)
  local integration_was = is_full(integration)
  count(run, -1, 0)
  -- Each run that leaves lets one in: several may leave before the first of those is taken.
  if not sync or sync.max < math.huge then let_in_of_sync(run.def, 1) end
  if integration_was then let_in_of_integration(run.environment, run.integration) end
  -- It may be out of the tree although it is not full: a scheduler with a lower limit for all has found it full.
  if not redis.call('ZSCORE', READY, run.environment) then let_in_environment(run.environment) end
end

-- ENDED. `schedule` may be gone. `ending`: outcome, error, lastLines (JSON array), heldBack.
local function end_run(run, schedule, ending)
  if run.state == 'RUNNING' then release(run) else dequeue(run) end
  redis.call('ZREM', LEASES, run.id)
  redis.call('ZREM', base .. 'active:' .. run.environment, run.id)
  redis.call('DEL', run.key)
  if not schedule then return end
  -- Its sync may be lost.
  schedule.definition = schedule.definition or { environment = run.environment, integration = run.integration, sync = '' }
  local history = base .. 'h:' .. schedule.id
  if redis.call('LPUSH', history, pack_run(run, ending)) > limits.historyRuns then redis.call('RPOP', history) end
  redis.call('XADD', base .. 'runs:' .. run.environment, 'MAXLEN', '~', limits.environmentRuns, '*',
    'r', run.id, 'd', run.def, 'o', ending.outcome, 't', args.now)
  local data = names(schedule)
  data.run, data.attempt, data.cause, data.outcome = run.id, number(run.attempt), run.cause, ending.outcome
  data.error, data.counts, data.version = ending.error or '', run.counts or '[]', run.version or ''
  data.requested_at, data.started_at, data.finished_at = number(run.requested_at), number(run.started_at), args.now
  emit('run.ended', run.environment, data)
  tell_change(run.environment, schedule.id)
  if active_run(schedule) == run.id then settle(schedule, run, ending) end
end

-- After the active run has ended: begins the one that follows it.
local function go_on(schedule)
  if schedule and schedule.pending and not schedule.active then begin_run(schedule, schedule.pending) end
end

-- Ends the active run as CANCELLED. If a runner works on it, returns what has to be told to it: [runner, run, attempt, reason].
local function cancel_run(schedule, reason)
  local run = load_run(active_run(schedule))
  if not run then
    change(schedule, { active = '' })
    return nil
  end
  local stop = run.state == 'RUNNING' and { run.runner, run.id, number(run.attempt), reason } or nil
  -- Nobody knows how far the attempt came.
  if stop then run.has_begun = '1' end
  end_run(run, schedule, { outcome = 'CANCELLED', error = reason })
  return stop
end

-- An attempt has ended before its run did: another one follows, unless so many in a row have saved no checkpoint. Returns
-- whether the run goes on.
local function try_again(run, schedule, reason)
  local fruitless = run.progressed and 0 or number(run.fruitless) + 1
  if fruitless >= FRUITLESS_MAX then
    change(run, { fruitless = fruitless })
    end_run(run, schedule, {
      outcome = 'LOST', error = fruitless .. ' attempts one after the other ended without progress, the last one as ' .. reason,
    })
    go_on(schedule)
    return false
  end
  release(run)
  change(run, { fruitless = fruitless > 0 and fruitless or '', progressed = '' })
  enqueue(run)
  return true
end

local RUNNERS = base .. 'runners'
-- What is known of a runner is kept so long after its last heartbeat.
local RUNNER_KEPT_MS = 60000
local function keep_runner(runner)
  local key = base .. 'runner:' .. runner.id
  redis.call('HSET', key, 'slots', runner.slots, 'reserved_slots', runner.reservedSlots, 'sandbox', runner.sandbox)
  redis.call('PEXPIRE', key, RUNNER_KEPT_MS)
end

-- A run that is parked holds no slot.
local function busy_slots(runner_id)
  local busy = 0
  for _, held in ipairs(redis.call('HVALS', base .. 'on:' .. runner_id)) do
    if held ~= 'parked' then busy = busy + 1 end
  end
  return busy
end

-- Why this attempt may no longer act for its run; nil if it may.
local function refusal(run, attempt)
  if not run then return 'the run has ended' end
  if number(run.attempt) ~= attempt then return 'attempt ' .. (run.attempt or '0') .. ' has taken over' end
  if run.state ~= 'RUNNING' then return 'the attempt has ended, and its run waits for the next one' end
  return nil
end
