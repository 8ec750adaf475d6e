-- Shared by the scheduler's scripts: this text is put before each of them. ../schedule.ts describes the states.
-- KEYS[1]  '<prefix>:{<environment>}:' begins every key of the environment. They are all in one hash slot, so a
--          script may go from a run to its schedule although the caller passes no keys.
-- ARGV[1]  JSON object: what the script's own header names, and always `now` (ms), `maxRuns` (in flight in the
--          environment) and `queueTimeoutMs` (how long a run may wait for a runner).

local base = KEYS[1]
local args = cjson.decode(ARGV[1])

local HISTORY_MS = 31 * 24 * 3600 * 1000
local HISTORY_RUNS = 50

local DUE = base .. 'due'         -- schedule id by the time at which a tick has to look at it
local LEASES = base .. 'leases'   -- run id by the time at which the run is lost; all that are not ENDED
local THROTTLED = base .. 'throttled' -- ids of runs that wait for their API: they are in LEASES, but not in flight
local OUTBOX = base .. 'outbox'   -- requests (see request_of) that have yet to be published, by the time at which they may be
local CLEANING = base .. 'cleaning' -- schedule id → streams that have yet to be emptied

local function load(key, id)
  local flat = redis.call('HGETALL', key)
  if #flat == 0 then return nil end
  local entity = { key = key, id = id }
  for i = 1, #flat, 2 do entity[flat[i]] = flat[i + 1] end
  return entity
end

local function schedule_key(id) return base .. 'schedule:' .. id end

local function load_schedule(id)
  local schedule = load(schedule_key(id), id)
  -- `wanted`: its name in builds before the first release.
  if schedule then
    schedule.pending_trigger = schedule.pending_trigger or schedule.wanted or ''
    schedule.blocked = schedule.blocked or ''
  end
  return schedule
end

local function load_run(id)
  local run = load(base .. 'run:' .. id, id)
  if run then run.throttles = run.throttles or '0' end
  return run
end

-- The run of a report. One that Redis has lost leaves no lease behind.
local function load_reported(id)
  local run = load_run(id)
  if not run then
    redis.call('ZREM', LEASES, id)
    redis.call('SREM', THROTTLED, id)
  end
  return run
end

-- Names a request for a run, in the outbox and as message id. A run is requested once, and again each time it was throttled.
local function request_of(run)
  return run.throttles == '0' and run.id or run.id .. '.' .. run.throttles
end

local function change(entity, fields)
  for name, value in pairs(fields) do
    entity[name] = tostring(value)
    redis.call('HSET', entity.key, name, entity[name])
  end
end

local function takes_slots(schedule) return schedule.state == 'STARTED' and schedule.blocked == '' end

-- Puts the schedule where a tick finds it when there is something to do.
local function place(schedule)
  if schedule.pending_trigger ~= '' and schedule.active == '' then
    redis.call('ZADD', DUE, args.now, schedule.id)
  elseif takes_slots(schedule) then
    redis.call('ZADD', DUE, schedule.next_at, schedule.id)
  else
    redis.call('ZREM', DUE, schedule.id)
  end
end

-- Without throttled runs: those of one API, however many, leave room for runs of others.
local function in_flight() return redis.call('ZCARD', LEASES) - redis.call('SCARD', THROTTLED) end

local function full() return in_flight() >= args.maxRuns end

-- Run numbers follow the clock (tenths of a second) and never repeat: a schedule that is made again, or a Redis that
-- lost its data, still gets higher fences than the record store has seen.
local function next_number(schedule)
  return math.max(tonumber(schedule.number) + 1, math.floor(args.now / 100))
end

-- QUEUED. The only place where a run begins. The caller has checked that none is active.
local function begin_run(schedule, cause)
  local number = next_number(schedule)
  local id = schedule.id .. '-' .. string.format('%.0f', number)
  local run = { key = base .. 'run:' .. id, id = id }
  change(run, {
    schedule = schedule.id, number = number, state = 'QUEUED', attempt = 0, cause = cause, requested_at = args.now,
    started_at = 0, finished_at = 0, outcome = '', error = '', counts = '[]', runner = '',
    sandbox = '', last_lines = '',
    empty_cache = schedule.empty_cache, throttles = 0,
    found_checkpoint = schedule.checkpoint ~= '' and 1 or 0,
  })
  change(schedule, { number = number, active = id, last_run = id, pending_trigger = '', empty_cache = '' })
  redis.call('ZADD', LEASES, args.now + args.queueTimeoutMs, id)
  redis.call('ZADD', OUTBOX, args.now, id)
  local history = base .. 'runs:' .. schedule.id
  if redis.call('LPUSH', history, id) > HISTORY_RUNS then
    redis.call('DEL', base .. 'run:' .. redis.call('RPOP', history))
  end
  redis.call('PEXPIRE', history, HISTORY_MS)
end

-- Begins a run now; or after the active one; or when the environment is not full any more. Triggers are coalesced: any
-- number of them that wait become one run.
local function request_run(schedule, cause)
  if schedule.active == '' and not full() then
    begin_run(schedule, cause)
  else
    change(schedule, { pending_trigger = cause })
  end
end

-- ENDED. `schedule` may be gone.
local function end_run(run, schedule, ending)
  local has_begun = run.state ~= 'QUEUED' or run.has_begun == '1'
  change(run, {
    state = 'ENDED', outcome = ending.outcome, error = ending.error, finished_at = ending.finishedAt or args.now,
  })
  redis.call('PEXPIRE', run.key, HISTORY_MS)
  redis.call('ZREM', LEASES, run.id)
  redis.call('SREM', THROTTLED, run.id)
  redis.call('ZREM', OUTBOX, request_of(run))
  if not schedule or schedule.active ~= run.id then return end
  change(schedule, { active = '' })
  if run.outcome == 'SUCCESS' then change(schedule, { last_sync_at = run.started_at }) end
  -- It has emptied nothing: the next run has to.
  if not has_begun and run.empty_cache ~= '' then change(schedule, { empty_cache = run.empty_cache }) end
end

-- After the active run has ended: begins the one that waits for it.
local function go_on(schedule)
  if schedule.pending_trigger ~= '' then request_run(schedule, schedule.pending_trigger) end
  place(schedule)
end

-- Ends the active run as CANCELLED, and returns whether there was one. The runner learns it by its next heartbeat.
local function cancel_run(schedule, reason)
  local run = load_run(schedule.active)
  if not run then return false end
  end_run(run, schedule, { outcome = 'CANCELLED', error = reason })
  return true
end

-- Why this attempt may no longer act for its run; nil if it may.
local function stale(run, attempt)
  if not run then return 'there is no such run' end
  if run.state == 'ENDED' then return 'the run has ended (' .. run.outcome .. ')' end
  if run.attempt ~= tostring(attempt) then return 'attempt ' .. run.attempt .. ' has taken over' end
  return nil
end

-- Commands on one environment come one after the other, so one that comes again is the last one that was applied.
local function repeated(schedule)
  if schedule.command == args.command then return true end
  change(schedule, { command = args.command })
  return false
end
