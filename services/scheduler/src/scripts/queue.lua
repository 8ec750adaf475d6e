-- The queue of runs that may be handed out, and the life of a run. Put after prelude.lua.
--
-- Fair queueing over a tree: environments, in each its lanes, in each its integrations, in each its connections, in each its
-- runs by the time at which they were requested. A node is a zset of its children by their tag. The child with the lowest
-- tag is served next, and 1/weight is added to its tag; so each child gets its share of what its parent gets, whatever the others
-- have waiting. A child that comes starts just before the lowest tag: it is next, and has no claim for the time when it had nothing.
--   ready                                         environment
--   ready:<environment>                           lane
--   ready:<environment>/<lane>                    integration
--   ready:<environment>/<lane>/<integration>      connection (uid)
--   ready:<environment>/<lane>/<integration>/<uid>   run by requested_at
--   full:sync:<number>                            runs of a sync that were taken out, as the sync is full, by requested_at
--
-- A child that has nothing left stays, with its tag, until it would be served next: so it gains nothing by coming back at once. The
-- same happens to one that is at its limit; it is put back when a run of it ends. Connections, which are many, leave at once,
-- and join behind all that are there.
-- So a child is in its node if there is a run below it, unless the child is at its limit.
--
-- Lanes: `triggered` for what people asked for, `first` for schedules that never succeeded, `fresh` for all others.

local READY, RUNNERS = base .. 'ready', base .. 'runners'
local LANE_WEIGHTS = { triggered = 8, fresh = 4, first = 1 }
local FRUITLESS_MAX = 5

-- For the caller: whether runs became ready, so that runners should be woken.
local wake = false

local function lane_of(schedule, cause)
  if cause == 'trigger' or cause == 'start' then return 'triggered' end
  return schedule.last_sync_at and 'fresh' or 'first'
end

-- Limits are read once in a script, and kept here as they change: running, waiting, max_runs, weight.
local loaded = {}
local function limit_of(key)
  local limit = loaded[key]
  if not limit then
    limit = load(key) or { key = key }
    limit.running, limit.waiting = number(limit.running), number(limit.waiting)
    loaded[key] = limit
  end
  return limit
end

local function environment_limit(environment)
  local limit = limit_of(base .. 'env:' .. environment)
  limit.max = tonumber(limit.max_runs) or limits.maxRuns
  return limit
end

local function integration_limit(environment, integration)
  local limit = limit_of(base .. 'int:' .. environment .. '/' .. integration)
  limit.max = tonumber(limit.max_runs) or math.huge
  return limit
end

-- Nil if the sync is gone.
local function sync_limit(definition)
  local limit = load_definition(definition)
  if not limit then return nil end
  if not limit.max then
    limit.running, limit.waiting = number(limit.running), number(limit.waiting)
    limit.max = tonumber(limit.max_runs) or math.huge
  end
  return limit
end

local function is_full(limit) return limit.running >= limit.max end

local counted = {}
local function count_in(limit, running, waiting)
  limit.running = limit.running + running
  limit.waiting = limit.waiting + waiting
  counted[limit.key] = limit
end

-- Each limit once for all runs of a script: a script that begins, takes or ends runs ends with this.
local function write_counts()
  for key, limit in pairs(counted) do
    local fields = { 'running', limit.running, 'waiting', limit.waiting }
    for lane in pairs(LANE_WEIGHTS) do
      local name = 'waiting_' .. lane
      if limit[name] then add(fields, name, limit[name]) end
    end
    redis.call('HSET', key, unpack(fields))
  end
end

-- What an environment has waiting in a lane. Runs that an older build has queued are not in it, until nothing waits.
local function count_in_lane(limit, lane, waiting)
  if limit.waiting == 0 then
    for name in pairs(LANE_WEIGHTS) do limit['waiting_' .. name] = limit['waiting_' .. name] and 0 end
  else
    local name = 'waiting_' .. lane
    limit[name] = math.max(0, number(limit[name]) + waiting)
  end
end

-- Adds to what is in flight and what waits, in everything that limits the run, and in its lane.
local function count(run, running, waiting)
  local environment = environment_limit(run.environment)
  count_in(environment, running, waiting)
  count_in_lane(environment, run.lane, waiting)
  count_in(integration_limit(run.environment, run.integration), running, waiting)
  local sync = sync_limit(run.def)
  if sync then count_in(sync, running, waiting) end
  count_in(limit_of(base .. 'lane:' .. run.lane), running, waiting)
end

-- Far less than a run costs: a child that comes is ahead of one that was there and has the same tag.
local AHEAD = -0.001
-- Puts a child into a node, unless it is there, and returns whether it was not. `behind`: the first one, by so much of a tag.
local function join(node, child, behind)
  local first = redis.call('ZRANGE', node, 0, 0, 'WITHSCORES')[2]
  return redis.call('ZADD', node, 'NX', number(first) + (first and behind or 0), child) == 1
end

-- Of lanes that are equal the one with the most weight is first: what a person asked for does not wait for a first sync.
local function join_lane(environment, lane)
  return join(READY .. ':' .. environment, lane, -LANE_WEIGHTS[lane] / 100)
end

local function lane_node(environment, lane) return READY .. ':' .. environment .. '/' .. lane end

-- The run can be served: it, and what leads to it, are in the tree.
local function make_ready(run)
  local lane = lane_node(run.environment, run.lane)
  local integration = lane .. '/' .. run.integration
  redis.call('ZADD', integration .. '/' .. run.uid, run.requested_at, run.id)
  wake = true
  -- What is in its node has its parents in theirs.
  if join(integration, run.uid, 1) and join(lane, run.integration, AHEAD)
    and join_lane(run.environment, run.lane) then
    join(READY, run.environment, AHEAD)
  end
end

local LET_IN_MAX = 1000
-- These put back into the tree what was taken out because of a limit. Call them when a run has left the limit, or the limit has
-- changed. `most`: of a sync, as many runs as left it; absent: as many as it may have. Returns how many there were.
local function let_in_of_sync(definition, most)
  local limit = sync_limit(definition)
  if limit and is_full(limit) then return 0 end
  local free = limit and limit.max < math.huge and limit.max - limit.running or LET_IN_MAX
  local popped = redis.call('ZPOPMIN', base .. 'full:sync:' .. definition, math.min(most or LET_IN_MAX, free, LET_IN_MAX))
  for i = 1, #popped, 2 do
    local run = load_run(popped[i])
    if run then make_ready(run) end
  end
  return #popped / 2
end

local function let_in_of_integration(environment, integration)
  if is_full(integration_limit(environment, integration)) then return end
  for lane in pairs(LANE_WEIGHTS) do
    local node = lane_node(environment, lane)
    if redis.call('EXISTS', node .. '/' .. integration) == 1 then
      join(node, integration, AHEAD)
      join_lane(environment, lane)
      join(READY, environment, AHEAD)
      wake = true
    end
  end
end

local function let_in_environment(environment)
  if is_full(environment_limit(environment)) then return end
  if redis.call('EXISTS', READY .. ':' .. environment) == 1 then
    join(READY, environment, AHEAD)
    wake = true
  end
end

local function wait_for_runner(run)
  redis.call('ZADD', LEASES, args.now + limits.queueTimeoutMs, run.id)
  count(run, 0, 1)
  make_ready(run)
end

-- The run may be handed out again. It is ahead of later ones of its connection.
local function enqueue(run)
  change(run, { state = 'QUEUED', queued_at = args.now, not_before = '', parked = '' })
  wait_for_runner(run)
end

-- The run may be handed out at `time`.
local function delay(run, time)
  change(run, { state = 'QUEUED', queued_at = args.now, not_before = time, parked = '' })
  redis.call('ZADD', LEASES, time + limits.queueTimeoutMs, run.id)
  redis.call('ZADD', DELAYED, time, run.id)
end

-- Takes a run that is QUEUED out of the queue, wherever it waits. Nodes that it leaves empty go when they would be served.
local function dequeue(run)
  if redis.call('ZREM', DELAYED, run.id) == 1 then return end
  count(run, 0, -1)
  if redis.call('ZREM', base .. 'full:sync:' .. run.def, run.id) == 1 then return end
  local integration = lane_node(run.environment, run.lane) .. '/' .. run.integration
  local connection = integration .. '/' .. run.uid
  redis.call('ZREM', connection, run.id)
  if redis.call('EXISTS', connection) == 0 then redis.call('ZREM', integration, run.uid) end
  -- It may have been one that was let in when a run of its sync ended.
  let_in_of_sync(run.def, 1)
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

-- Takes the first run of a connection that is not held up by its sync.
local function pick_of_connection(connection)
  while true do
    local id = redis.call('ZPOPMIN', connection)[1]
    if not id then return nil end
    local run = load_run(id)
    local sync = run and sync_limit(run.def)
    if sync and is_full(sync) then
      redis.call('ZADD', base .. 'full:sync:' .. run.def, run.requested_at, id)
    elseif run then
      return run
    end
  end
end

local function pick_of_integration(node)
  while true do
    local uid = redis.call('ZRANGE', node, 0, 0)[1]
    if not uid then return nil end
    local connection = node .. '/' .. uid
    local run = pick_of_connection(connection)
    if run and redis.call('EXISTS', connection) == 1 then
      redis.call('ZINCRBY', node, 1, uid)
    else
      redis.call('ZREM', node, uid)
    end
    if run then return run end
  end
end

local function pick_of_lane(environment, lane)
  local node = lane_node(environment, lane)
  while true do
    local integration = redis.call('ZRANGE', node, 0, 0)[1]
    if not integration then return nil end
    local limit = integration_limit(environment, integration)
    local run = not is_full(limit) and pick_of_integration(node .. '/' .. integration)
    if run then
      redis.call('ZINCRBY', node, 1 / (tonumber(limit.weight) or 1), integration)
      return run
    end
    redis.call('ZREM', node, integration)
  end
end

-- Takes a run of the environment. Returns nil and true if there are only first syncs, which the caller has no slot for.
local function pick_of_environment(environment, with_first)
  local node = READY .. ':' .. environment
  local lanes = redis.call('ZRANGE', node, 0, -1, 'WITHSCORES')
  local passed
  for i = 1, #lanes, 2 do
    local lane, tag = lanes[i], lanes[i + 1]
    if lane == 'first' and not with_first then
      passed = true
    else
      local run = pick_of_lane(environment, lane)
      if run then
        redis.call('ZINCRBY', node, 1 / LANE_WEIGHTS[lane], lane)
        -- Those that are passed over have no claim for it later.
        if passed then redis.call('ZADD', node, 'XX', 'GT', tag, 'first') end
        return run
      end
      redis.call('ZREM', node, lane)
    end
  end
  return nil, passed
end

-- Takes the run that is next: of any environment, or only of those with nothing in flight. It is counted, and no other
-- call can take it. Environments that are passed over are few: those with nothing but first syncs, or with runs in flight.
local PASSED_MAX = 1000
local function pick(only_idle, with_first)
  local passed = {}
  local index = 0
  while index < PASSED_MAX do
    local environment, tag = unpack(redis.call('ZRANGE', READY, index, index, 'WITHSCORES'))
    if not environment then return nil end
    local limit = environment_limit(environment)
    if limit.waiting == 0 then
      redis.call('ZREM', READY, environment)
      redis.call('DEL', READY .. ':' .. environment, lane_node(environment, 'triggered'),
        lane_node(environment, 'fresh'), lane_node(environment, 'first'))
    elseif is_full(limit) then
      redis.call('ZREM', READY, environment)
    elseif only_idle and limit.running > 0 then
      index = index + 1
    else
      local run, has_first = pick_of_environment(environment, with_first)
      if run then
        redis.call('ZINCRBY', READY, 1 / (tonumber(limit.weight) or 1), environment)
        for _, name in ipairs(passed) do redis.call('ZADD', READY, 'XX', 'GT', tag, name) end
        count(run, 1, -1)
        return run
      elseif has_first then
        index = index + 1
        if not only_idle then passed[#passed + 1] = environment end
      else
        redis.call('ZREM', READY, environment)
      end
    end
  end
end

-- Why a run waits, or the slots behind it: one of StaleReason.
local function wait_reason(schedule, run)
  if run.state == 'RUNNING' then
    if run.parked then return 'rate_limited' end
    return schedule and schedule.last_sync_at and 'overlap' or 'backfilling'
  end
  if run.not_before then return run.hand_back == 'store_unavailable' and 'store_unavailable' or 'rate_limited' end
  if is_full(environment_limit(run.environment)) then return 'environment_full' end
  local sync = sync_limit(run.def)
  if is_full(integration_limit(run.environment, run.integration)) or (sync and is_full(sync)) then
    return 'integration_full'
  end
  return 'no_runner'
end

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

-- A run that has ended, as ../schedules/run.ts reads it: a JSON array, without what is default at its end.
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

-- What is known of a runner is kept so long after its last heartbeat.
local RUNNER_KEPT_MS = 60000
local function keep_runner(runner)
  local key = base .. 'runner:' .. runner.id
  redis.call('HSET', key, 'slots', runner.slots, 'reserved_slots', runner.reservedSlots, 'sandbox', runner.sandbox)
  redis.call('PEXPIRE', key, RUNNER_KEPT_MS)
end

-- Why this attempt may no longer act for its run; nil if it may.
local function refusal(run, attempt)
  if not run then return 'the run has ended' end
  if number(run.attempt) ~= attempt then return 'attempt ' .. (run.attempt or '0') .. ' has taken over' end
  if run.state ~= 'RUNNING' then return 'the attempt has ended, and its run waits for the next one' end
  return nil
end
