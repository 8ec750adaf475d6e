-- The queue of runs that may be handed out, and the life of a run. Put after prelude.lua.
--
-- Start-time fair queueing over a tree: environments, in each its lanes, in each its integrations, in each its connections, in
-- each its runs by the time at which they were queued. A node is a zset of its children by their tag; the child with the
-- lowest tag is served next, and 1/weight is added to its tag. A child that comes (back) starts at the tag that was served
-- last, so it neither waits behind nor is ahead of those that were there. What is at its limit is taken out of its
-- parent, and put back when a run of it ends:
--   ready                                         environment
--   ready:<environment>                           lane
--   ready:<environment>/<lane>                    integration
--   ready:<environment>/<lane>/<integration>      connection (uid)
--   ready:<environment>/<lane>/<integration>/<uid>   run by queued_at
--   full:<environment>                            '<lane>/<integration>' that were taken out: their integration is full (set)
--   full:sync:<number>                            runs that were taken out: their sync is full (zset by queued_at)
--   tags                                          node → tag that was served last (hash), as long as the node has children
--
-- Lanes: `triggered` for what people asked for, `first` for schedules that never succeeded, `fresh` for all others.

local READY, TAGS = base .. 'ready', base .. 'tags'
local LANE_WEIGHTS = { triggered = 8, fresh = 4, first = 1 }

local function lane_of(schedule, cause)
  if cause == 'trigger' or cause == 'start' then return 'triggered' end
  return schedule.last_sync_at and 'fresh' or 'first'
end

-- The keys from the root to the connection, each with the child that leads to the next.
local function path_of(run)
  local environment = READY .. ':' .. run.environment
  local lane = environment .. '/' .. run.lane
  local integration = lane .. '/' .. run.integration
  return {
    { READY, run.environment }, { environment, run.lane }, { lane, run.integration }, { integration, run.uid },
  }, integration .. '/' .. run.uid
end

-- Puts a child into a node. Returns false if it was there.
local function activate(node, child)
  local tag = redis.call('HGET', TAGS, node) or '0'
  return redis.call('ZADD', node, 'NX', tag, child) == 1
end

local function environment_limit(environment)
  local limit = load(base .. 'env:' .. environment) or { key = base .. 'env:' .. environment }
  limit.max = tonumber(limit.max_runs) or limits.maxRuns
  limit.is_full = number(limit.running) >= limit.max
  return limit
end

local function integration_limit(environment, integration)
  local key = base .. 'int:' .. environment .. '/' .. integration
  local limit = load(key) or { key = key }
  limit.max = tonumber(limit.max_runs)
  limit.is_full = limit.max ~= nil and number(limit.running) >= limit.max
  return limit
end

local function sync_is_full(definition)
  local max = tonumber(definition.max_runs)
  return max ~= nil and number(definition.running) >= max
end

-- Adds to `running` or `waiting` of everything that limits the run.
local function count(run, field, by)
  redis.call('HINCRBY', base .. 'env:' .. run.environment, field, by)
  redis.call('HINCRBY', base .. 'int:' .. run.environment .. '/' .. run.integration, field, by)
  local definition = load_definition(run.def)
  if definition then definition[field] = redis.call('HINCRBY', definition.key, field, by) end
end

-- Makes the path to the run's connection servable again, where nothing on it is full.
local function open_path(run)
  local path = path_of(run)
  for level = #path, 1, -1 do
    local node, child = path[level][1], path[level][2]
    if level == 1 and environment_limit(run.environment).is_full then return end
    if level == 3 and integration_limit(run.environment, run.integration).is_full then
      redis.call('SADD', base .. 'full:' .. run.environment, run.lane .. '/' .. run.integration)
      return
    end
    if not activate(node, child) then return end
  end
end

-- The run may be handed out.
local function enqueue(run)
  change(run, { state = 'QUEUED', queued_at = args.now, not_before = '' })
  local _, leaf = path_of(run)
  redis.call('ZADD', leaf, args.now, run.id)
  redis.call('ZADD', LEASES, args.now + limits.queueTimeoutMs, run.id)
  count(run, 'waiting', 1)
  open_path(run)
end

-- Takes a child out of its node, and empty nodes out of theirs.
local function deactivate(path, level)
  for at = level, 1, -1 do
    redis.call('ZREM', path[at][1], path[at][2])
    if redis.call('EXISTS', path[at][1]) == 1 then return end
    redis.call('HDEL', TAGS, path[at][1])
  end
end

-- Takes a run out of the queue, wherever it waits.
local function dequeue(run)
  if redis.call('ZREM', DELAYED, run.id) == 1 then return end
  local path, leaf = path_of(run)
  redis.call('ZREM', leaf, run.id)
  redis.call('ZREM', base .. 'full:sync:' .. run.def, run.id)
  count(run, 'waiting', -1)
  if redis.call('EXISTS', leaf) == 0 then deactivate(path, #path) end
end

-- After a run has left what limits it: lets in what waited for that.
local function free_limits(run)
  count(run, 'running', -1)
  local full = base .. 'full:' .. run.environment
  local waiting = redis.call('ZPOPMIN', base .. 'full:sync:' .. run.def)[1]
  local next_of_sync = waiting and load_run(waiting)
  if next_of_sync then
    local _, leaf = path_of(next_of_sync)
    redis.call('ZADD', leaf, next_of_sync.queued_at, waiting)
    open_path(next_of_sync)
  end
  if not integration_limit(run.environment, run.integration).is_full then
    for lane in pairs(LANE_WEIGHTS) do
      if redis.call('SREM', full, lane .. '/' .. run.integration) == 1 then
        local node = READY .. ':' .. run.environment .. '/' .. lane
        if redis.call('EXISTS', node .. '/' .. run.integration) == 1 then
          activate(node, run.integration)
          activate(READY .. ':' .. run.environment, lane)
        end
      end
    end
  end
  if redis.call('EXISTS', READY .. ':' .. run.environment) == 1
    and not environment_limit(run.environment).is_full then
    activate(READY, run.environment)
  end
end

-- QUEUED. The only place where a run begins. The caller has checked that none is active.
--
-- Run numbers follow the clock (tenths of a second) and never repeat: a schedule that is made again, or a Redis that
-- lost its data, still gets higher fences than the record store has seen.
local function begin_run(schedule, cause)
  local definition = schedule.definition
  local run_number = math.max(number(schedule.number) + 1, math.floor(args.now / 100))
  local id = schedule.id .. '-' .. string.format('%.0f', run_number)
  local run = { key = base .. 'r:' .. id, id = id }
  change(run, {
    environment = definition.environment, integration = definition.integration, uid = schedule.uid, def = schedule.def,
    lane = lane_of(schedule, cause), state = 'QUEUED', attempt = 0, cause = cause, requested_at = args.now,
    empty_cache = schedule.empty_cache or '', found_checkpoint = schedule.checkpoint and 1 or '',
  })
  change(schedule, { number = run_number, active = 1, pending = '', empty_cache = '', retry_at = '' })
  redis.call('ZADD', WATCH, 'NX', number(schedule.fresh_at or schedule.created_at) + fresh_ms_of(schedule), schedule.id)
  enqueue(run)
  return run
end

-- Begins a run now, or after the active one. Triggers are coalesced: any number of them that wait become one run.
local function request_run(schedule, cause)
  if schedule.active then change(schedule, { pending = cause }) else begin_run(schedule, cause) end
end
