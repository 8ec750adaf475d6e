-- Shared by the scheduler's scripts: this text is put before each of them. ../schedules/schedule.ts describes the states.
-- KEYS[1]  '{<prefix>}:' begins every key of the scheduler. They are all in one hash slot, so a script may go from one
--          entity to another, over all environments, although the caller passes no keys.
-- ARGV[1]  JSON object: what the script's own header names, and always `now` (ms by the clock of the scheduler), isRedisTime
--          (that clock follows the one of Redis, which tests simulate), and
--          `limits` { maxRuns (in flight in an environment that sets no limit), queueTimeoutMs, leaseMs, historyRuns,
--          environmentRuns }
--
-- One script is one transaction: it runs to its end or not at all. What its caller has to do afterwards (wake runners, tell a
-- runner to stop) only makes things faster: if the caller dies, runners ask once a second, and learn it by their next heartbeat.
--
-- Keys after the base. A field that has its default is absent, so that a schedule at rest takes little memory.
--   s:<schedule>         schedule (hash), see load_schedule
--   t:<schedule>         those of its fields that are long (hash)
--   r:<run>              run that has not ended (hash), see load_run. Run id: '<schedule>-<number>'
--   h:<schedule>         runs that ended (list, newest first), packed by pack_run in queue.lua
--   k:<schedule>         slots that became no run (list, newest first): JSON [first, last, count, reason]
--   last:<schedule>      number of the last run of a schedule that was removed, until the clock has passed it
--   syncs                '<environment>/<integration>/<sync>' → number of its definition (hash)
--   sync:<number>        definition (hash): what all schedules of a sync share, see load_definition
--   last-sync            number of the newest definition
--   env:<environment>    limit (hash): max_runs, weight, running, waiting; waiting_<lane>
--   int:<environment>/<integration>   the same of an integration, without lanes. That of a sync is in its definition
--   lane:<lane>          running, waiting (hash): over all environments
--   variants:<environment>            connection (uid) → JSON { sync: [variant] } (hash): schedules that are not base ones
--   due                  environment by the time at which one of its schedules is due first (zset)
--   due:<environment>    schedule by the time at which a tick has to look at it (zset)
--   delayed              run by the time at which it may be handed out (zset): QUEUED, and neither ready nor counted as waiting
--   leases               run by the time at which it is lost (zset): all that have not ended
--   active:<environment> run by requested_at (zset): all that have not ended
--   ready…, full…        the queue of runs that may be handed out, see queue.lua
--   runs:<environment>   runs that ended, of all its schedules (stream): r (run), d (definition), o (outcome), t (when)
--   events               events to publish (stream): field e, JSON. The oldest are dropped when NATS is away for long
--   events_dropped       how many were dropped since the last were published
--   watch                schedule by the time at which it becomes stale, or is looked at again (zset): those that are due, run, can't
--                        run, or are stale
--   stale:<reason>, outages   see stale.lua
--   alive, downtime      when a scheduler worked last; JSON [from, to] of the last time when none did
--   finished:<environment>, results:<environment>   results of commands, see results.lua
--   cleaning                environments in which streams of removed schedules have yet to be emptied (set)
--   cleaning:<environment>  schedule → those streams (hash)
--   lock:<environment>:<key>   who has the lock (text, with its time to live), see lock_owner
--   locks:<owner>        keys of the locks that it has taken (set); some may have ended
--   runners, runner:<id> runners by the time at which they were heard of (zset); slots, reserved_slots, sandbox (hash)
--   on:<runner>          run that it works on → what it holds there: 'reserved', 'parked' (no slot), or its lane (hash)
--   changes:<environment>   schedules that have changed (stream): field s. There while a scheduler keeps a list of them in memory
--   jumps                how often the clock of Redis was found to have jumped, see shift-clock.lua
--   ticked               when a scheduler looked for slots last: later than now, the clock was set back meanwhile

local base = KEYS[1]
local args = cjson.decode(ARGV[1])
local limits = args.limits

-- A scheduler that slept, or that has not noticed yet that the clock of Redis was set, has another time: it changes nothing. One that
-- is behind may have waited for Redis, as long as its calls may.
local BEHIND_MS, AHEAD_MS = 6000, 2000
if args.isRedisTime then
  local time = redis.call('TIME')
  local behind = time[1] * 1000 + math.floor(time[2] / 1000) - args.now
  if behind > BEHIND_MS or behind < -AHEAD_MS then
    return redis.error_reply('CLOCK the time of the caller is ' .. behind .. ' ms behind that of Redis')
  end
end

local DUE, DELAYED, LEASES, WATCH, EVENTS =
  base .. 'due', base .. 'delayed', base .. 'leases', base .. 'watch', base .. 'events'
local EVENTS_MAX = 100000

local function number(text) return tonumber(text) or 0 end

local function load(key)
  local flat = redis.call('HGETALL', key)
  if #flat == 0 then return nil end
  local entity = { key = key }
  for i = 1, #flat, 2 do entity[flat[i]] = flat[i + 1] end
  return entity
end

-- A longer value would make Redis store the whole hash as a table, for good: several times the memory.
local TEXT_MAX = 64

local function add(list, ...)
  list = list or {}
  for _, value in ipairs({ ... }) do list[#list + 1] = value end
  return list
end

local function schedule_of(run_id) return string.match(run_id, '^(.*)%-%d+$') end

-- Tells schedulers that keep a list of the schedules of an environment that this one has changed, or its newest runs; if there are
-- such. One that comes too late to read it reads all schedules again.
local CHANGES_MAX = 20000
local told_of, is_followed = {}, {}
local function tell_change(environment, id)
  if told_of[id] or not environment then return end
  told_of[id] = true
  local key = base .. 'changes:' .. environment
  if is_followed[key] == nil then is_followed[key] = redis.call('EXISTS', key) == 1 end
  if is_followed[key] then redis.call('XADD', key, 'MAXLEN', '~', CHANGES_MAX, '*', 's', id) end
end

-- Sets fields; the value '' deletes one. Numbers are written as integers. Long texts of a schedule go to its own key for them.
local function change(entity, fields)
  local set, gone, long, short
  local texts = entity.texts
  for name, value in pairs(fields) do
    local text = type(value) == 'number' and string.format('%.0f', value) or value
    local before = entity[name]
    local was_long = texts and before and #before > TEXT_MAX
    if text == '' then
      if before then
        entity[name] = nil
        if was_long then short = add(short, name) else gone = add(gone, name) end
      end
    elseif text ~= before then
      entity[name] = text
      if texts and #text > TEXT_MAX then
        long = add(long, name, text)
        if before and not was_long then gone = add(gone, name) end
      else
        set = set or {}
        set[#set + 1] = name
        set[#set + 1] = text
        if was_long then short = add(short, name) end
      end
    end
  end
  if long then
    redis.call('HSET', texts, unpack(long))
    if not entity.long then
      entity.long = '1'
      set = add(set, 'long', '1')
    end
  end
  if short then
    redis.call('HDEL', texts, unpack(short))
    if not long and redis.call('EXISTS', texts) == 0 then
      entity.long = nil
      gone = add(gone, 'long')
    end
  end
  if set then redis.call('HSET', entity.key, unpack(set)) end
  if gone then redis.call('HDEL', entity.key, unpack(gone)) end
  if not (set or gone or long or short) then return end
  if texts then
    tell_change(entity.definition and entity.definition.environment, entity.id)
  elseif entity.lane then
    tell_change(entity.environment, schedule_of(entity.id))
  end
end

-- Fields of a definition: environment, integration, sync, frequency (text), interval_ms (absent: it is cron), longest_ms
-- (between two slots), fresh_ms, fresh (as the sync says it), jitter_ms, retries, overlap ('queue_one', 'cancel_running';
-- absent: skip), pause_after (failures; absent: never), max_runs (absent: no limit), models (JSON array), placed (by which
-- frequency all slots of its schedules were placed), schedules (how many base schedules), variants (how many others), running,
-- waiting
local definitions = {}
local function load_definition(id)
  local definition = definitions[id]
  if not definition then
    definition = load(base .. 'sync:' .. id)
    definitions[id] = definition
  end
  return definition
end

-- Fields of a schedule: def (number of its definition), connection, uid, variant (absent: base), state ('PAUSED';
-- absent: STARTED), paused_at, paused_because (absent: somebody paused it), frequency and interval_ms and fresh_ms (of the override; the
-- second is absent if it is cron), next_at, number (of its last run), active ('1': that run has not ended), pending (cause of
-- the run that follows the active one), pending_number (reserved for that run, if its id was returned to a caller), checkpoint, last_sync_at (start of the last success), fresh_at (end of the last success
-- that held nothing back), held_since, failures, failing_since, retried (how often the last slot was), retry_at,
-- empty_cache ('1': the next run has to), skipped, blocked (JSON), command (the last one that was applied), created_at (until
-- fresh_at is set), stale (JSON, see stale.lua), long ('1': there are fields in t:<schedule>)
local function load_schedule(id)
  local schedule = load(base .. 's:' .. id)
  if not schedule then return nil end
  schedule.id = id
  schedule.texts = base .. 't:' .. id
  if schedule.long then
    local flat = redis.call('HGETALL', schedule.texts)
    for i = 1, #flat, 2 do schedule[flat[i]] = flat[i + 1] end
  end
  schedule.definition = load_definition(schedule.def)
  return schedule
end

-- One that is not there yet.
local function new_schedule(id, definition)
  return { key = base .. 's:' .. id, texts = base .. 't:' .. id, id = id, definition = definition }
end

local function last_run(schedule) return schedule.number and schedule.id .. '-' .. schedule.number end

local function active_run(schedule) return schedule.active and last_run(schedule) end

-- The id of the run that follows the active one, if it was returned to a caller.
local function pending_run(schedule)
  return schedule.pending and schedule.pending_number and schedule.id .. '-' .. schedule.pending_number or nil
end

-- A run that has ended, of those that its schedule keeps; '' if it does not.
local function packed_run(id)
  local start = '[' .. string.match(id, '(%d+)$') .. ','
  for _, packed in ipairs(redis.call('LRANGE', base .. 'h:' .. schedule_of(id), 0, -1)) do
    if string.sub(packed, 1, #start) == start then return packed end
  end
  return ''
end

-- Fields of a run: environment, integration, uid, def, lane, state (QUEUED, RUNNING), attempt, cause, requested_at,
-- queued_at (last time), not_before (it waits until then), started_at (of its first attempt), taken_at (of its last), counts (JSON
-- array of [model, added, updated, deleted]), runner, sandbox, parked, empty_cache, found_checkpoint, has_begun, throttles,
-- throttled_ms, throttled_reason, progressed ('1': its attempt saved a checkpoint), fruitless (attempts without progress, one
-- after the other), locks ('1': its attempt has taken some), hand_back (why it was handed back last), unavailable (how often it was, as a service did not answer, since it
-- made progress last), unavailable_since, version (of the sync in the newest attempt that has told it)
local function load_run(id)
  local run = id and load(base .. 'r:' .. id)
  if run then run.id = id end
  return run
end

local function takes_slots(schedule) return schedule.state ~= 'PAUSED' and not schedule.blocked end

-- Tells consumers of events, at least once. Instants in `data` are ms. See libs/events and docs/reference/events.md.
local function emit(kind, environment, data)
  redis.call('XADD', EVENTS, '*', 'e',
    cjson.encode({ type = kind, environment = environment, at = args.now, data = data }))
end

-- While nobody publishes events, the oldest are dropped.
local function trim_events()
  local dropped = redis.call('XTRIM', EVENTS, 'MAXLEN', '~', EVENTS_MAX)
  if dropped > 0 then redis.call('INCRBY', EVENTS .. '_dropped', dropped) end
end

local function names(schedule)
  local definition = schedule.definition
  return {
    schedule = schedule.id, provider_config_key = definition.integration, connection_id = schedule.connection,
    sync = definition.sync, variant = schedule.variant or 'base',
  }
end

-- Interval in force; nil if the frequency is cron.
local function interval_of(schedule)
  if schedule.frequency then return tonumber(schedule.interval_ms) end
  return tonumber(schedule.definition.interval_ms)
end

local function fresh_ms_of(schedule) return number(schedule.fresh_ms or schedule.definition.fresh_ms) end

-- The first slot of an interval after `time`, as nextSlot in ../schedules/slots.ts gives it.
local function next_slot(id, interval, time)
  local phase = tonumber(string.sub(id, 1, 12), 16) % interval
  return phase + (math.floor((time - phase) / interval) + 1) * interval
end

-- Puts the environment where a tick finds it when one of its schedules is due.
local function place_environment(environment)
  local first = redis.call('ZRANGE', base .. 'due:' .. environment, 0, 0, 'WITHSCORES')[2]
  if first then redis.call('ZADD', DUE, first, environment) else redis.call('ZREM', DUE, environment) end
end

-- Puts the schedule where a tick finds it when there is something to do. Of several of an environment, the last one may
-- place their environment.
local function place(schedule, without_environment)
  local environment = schedule.definition.environment
  local due = base .. 'due:' .. environment
  if takes_slots(schedule) then
    local at = math.min(number(schedule.next_at), tonumber(schedule.retry_at) or math.huge)
    -- After the clock was set back a slot may lie further ahead than an interval: the next tick moves it.
    local interval = interval_of(schedule)
    if interval and at > args.now + interval then at = 0 end
    redis.call('ZADD', due, at, schedule.id)
  else
    redis.call('ZREM', due, schedule.id)
  end
  if not without_environment then place_environment(environment) end
end

-- Notes slots that became no run. Slots that follow each other for the same reason are one entry.
local SKIPS_MAX = 20
local function skip(schedule, first, last, count, reason)
  if count <= 0 then return end
  local key = base .. 'k:' .. schedule.id
  local newest = redis.call('LINDEX', key, 0)
  local entry = newest and cjson.decode(newest)
  if entry and entry[4] == reason then
    redis.call('LSET', key, 0, cjson.encode({ entry[1], last, entry[3] + count, reason }))
  else
    redis.call('LPUSH', key, cjson.encode({ first, last, count, reason }))
    redis.call('LTRIM', key, 0, SKIPS_MAX - 1)
  end
  change(schedule, { skipped = number(schedule.skipped) + count })
end

-- Commands on one environment come one after the other, so one that comes again is the last one that was applied.
local function repeated(schedule)
  if schedule.command == args.command then return true end
  change(schedule, { command = args.command })
  return false
end
