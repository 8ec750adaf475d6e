-- Runs of an environment: first those that have not ended, newest first, then those that ended, newest first.
-- ARGV[1]  environment, limit, looks (entries that one call looks at), active ('' = from the newest one on, '-' = none, or
--          '<requested_at>/<run>': those behind it), ended ('+' or the entry of the stream behind which it goes on; '-' = none),
--          integration and sync ('' = any), schedules (list of ids; absent = any), states and outcomes (maps of those that are
--          wanted; absent = any), from and to (absent or 0 = any): only runs that ended, and before that were requested, from <= time < to,
--          ended_from and ended_to (absent or 0 = any): the same only of runs that ended
-- Returns  { rows, active, ended (as in ARGV: where the next page goes on), kept_from (runs that ended before may be dropped; '0' = none
--          was) }; a row is { run, names, fields } of one that has not
--          ended, or { run, names, packed, outcome, finished_at } of one that has ('' = it is not kept any more). names:
--          { integration, connection, sync, variant }

local CHUNK = 200
-- The clock of a scheduler, which says when a run ended, and that of Redis, which orders the stream, may differ by 2 s.
local CLOCKS_MS = 3000
local after, before = args.from or 0, args.to or 0
local ended_from = math.max(after, args.ended_from or 0)
local ended_to = before
if (args.ended_to or 0) > 0 and (before == 0 or args.ended_to < before) then ended_to = args.ended_to end
local rows, looks = {}, args.looks

local wanted
if args.schedules then
  wanted = {}
  for _, id in ipairs(args.schedules) do wanted[id] = true end
end

-- Nil if the run is not asked for, or its schedule is gone.
local function names_of(run_id, def)
  local id = schedule_of(run_id)
  if wanted and not wanted[id] then return nil end
  local definition = load_definition(def)
  if not definition then return nil end
  if args.integration ~= '' and definition.integration ~= args.integration then return nil end
  if args.sync ~= '' and definition.sync ~= args.sync then return nil end
  local schedule = redis.call('HMGET', base .. 's:' .. id, 'connection', 'variant')
  if not schedule[1] then return nil end
  return { definition.integration, schedule[1], definition.sync, schedule[2] or 'base' }
end

local function flat_value(flat, name)
  for i = 1, #flat, 2 do
    if flat[i] == name then return flat[i + 1] end
  end
end

local active, ended = args.active, args.ended

-- Index of the first run behind this one, which may have ended since. Many runs are requested at the same time.
local function index_behind(key, score, id)
  local index = redis.call('ZREVRANK', key, id)
  if index then return index + 1 end
  redis.call('ZADD', key, score, id)
  index = redis.call('ZREVRANK', key, id)
  redis.call('ZREM', key, id)
  return index
end

local function list_active()
  local key = base .. 'active:' .. args.environment
  local score, id = string.match(active, '^(%d+)/(.*)$')
  local index = score and index_behind(key, score, id) or before > 0 and redis.call('ZCOUNT', key, before, '+inf') or 0
  while looks > 0 and #rows < args.limit do
    local found = redis.call('ZREVRANGE', key, index, index + CHUNK - 1, 'WITHSCORES')
    for i = 1, #found, 2 do
      if tonumber(found[i + 1]) < after then
        active = '-'
        return
      end
      local flat = redis.call('HGETALL', base .. 'r:' .. found[i])
      local state = flat_value(flat, 'state')
      local names = state and (not args.states or args.states[state]) and names_of(found[i], flat_value(flat, 'def'))
      if names then rows[#rows + 1] = { found[i], names, flat } end
      active = found[i + 1] .. '/' .. found[i]
      looks = looks - 1
      if looks == 0 or #rows == args.limit then return end
    end
    if #found < 2 * CHUNK then
      active = '-'
      return
    end
    index = index + CHUNK
  end
end

-- An entry that is older than the field has the time at which Redis got it.
local function time_of(entry)
  return tonumber(flat_value(entry[2], 't') or string.match(entry[1], '^%d+'))
end

local function is_in_time(time)
  return time >= ended_from and (ended_to == 0 or time < ended_to)
end

-- Oldest entry of which the stream has all newer ones; '0' if it was never trimmed.
local function kept_from()
  local key = base .. 'runs:' .. args.environment
  if redis.call('XLEN', key) < limits.environmentRuns then return '0' end
  local first = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
  return first and string.format('%.0f', time_of(first) + CLOCKS_MS) or '0'
end

local function list_ended()
  local oldest = ended_from > CLOCKS_MS and string.format('%.0f', ended_from - CLOCKS_MS) or '-'
  local newest = ended_to > 0 and string.format('%.0f', ended_to + CLOCKS_MS) or '+'
  while looks > 0 and #rows < args.limit do
    local from = ended == '+' and newest or '(' .. ended
    local found = redis.call('XREVRANGE', base .. 'runs:' .. args.environment, from, oldest, 'COUNT', math.min(CHUNK, looks))
    if #found == 0 then
      ended = '-'
      return
    end
    for _, entry in ipairs(found) do
      looks = looks - 1
      ended = entry[1]
      local id, def, outcome = flat_value(entry[2], 'r'), flat_value(entry[2], 'd'), flat_value(entry[2], 'o')
      local names = (not args.outcomes or args.outcomes[outcome]) and names_of(id, def)
      local time = names and time_of(entry)
      if time and is_in_time(time) then
        rows[#rows + 1] = { id, names, packed_run(id), outcome, string.format('%.0f', time) }
        if #rows == args.limit then return end
      end
    end
  end
end

if args.states and not (args.states.QUEUED or args.states.RUNNING) or args.outcomes then active = '-' end
if args.states and not args.states.ENDED then ended = '-' end
if active ~= '-' then list_active() end
if active == '-' and ended ~= '-' then list_ended() end
return { rows, active, ended, kept_from() }
