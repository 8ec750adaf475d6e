-- Shared by the scripts of a budget: this text is put before each of them. ../budgets.ts describes what a budget does.
-- KEYS[1]  '<prefix>budget:{<hash>}:' begins every key of the budget; they are all in one hash slot.
-- ARGV[1]  now in milliseconds; '' = the clock of Redis. Tests simulate time.
-- ARGV[2]  requests that the API allows in a period; 0 = nothing is configured
-- ARGV[3]  the period in milliseconds
-- ARGV[4]  1 if several connections share the budget
-- ARGV[5]  lane of the asker: 1 = fresh, 2 = first
-- ARGV[6]  uid of the asker's connection

local base = KEYS[1]
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
local requests, shared = tonumber(ARGV[2]), ARGV[4] == '1'
local lane, connection = tonumber(ARGV[5]), ARGV[6]

-- A call arrives at the API later than it was granted, and the next one may take less time: the period is kept a little longer.
local period = ARGV[3] + math.min(1000, ARGV[3] * 0.03)

local STATE = base .. 'state'     -- HASH: what `state` has
local GRANTED = base .. 'granted' -- LIST of times, oldest first: each stands for up to `group` calls, the last of them then
local BLOCKED = base .. 'blocked' -- ZSET connection → time until which the API refuses this connection alone
-- Per lane. A connection has at most one entry in the queue of a lane, however many calls of it wait.
local WAITING = { base .. 'waiting:1', base .. 'waiting:2' } -- ZSET connection → tag: those that ask again soon
local AWAY = { base .. 'away:1', base .. 'away:2' }          -- ZSET connection → tag: those that come back later
local LATE = { base .. 'late:1', base .. 'late:2' }          -- ZSET connection → tag: those that did not. Nobody waits for them
local EXPIRES = { base .. 'expires:1', base .. 'expires:2' } -- ZSET connection → when its entry is moved to LATE, or dropped
local NEXT = { base .. 'next:1', base .. 'next:2' }          -- ZSET connection → the least tag of its next turn
local USED = { base .. 'used:1', base .. 'used:2' }          -- HASH connection → calls that it has had of its turn, if some are left

local MAX_ENTRIES = 10000
local GROUPS = 200            -- longest GRANTED
local LONG_PERIOD_MS = 5000
local CATCH_UP_MS = 100       -- calls that nobody has taken in time are made up for
local WEIGHT = { 3, 1 }       -- grants of the lanes while both wait
local TURN_MS = 200
local LONGEST_TURN = 100
local LONG_WAIT_MS = 2000
local FAR_AWAY_MS = 60000
local EARLY_MS = 1000
local LATE_MS = 3600 * 1000
local MIN_TTL_MS = 600000
local HUGE = math.huge

local state = {}
do
  local flat = redis.call('HGETALL', STATE)
  for i = 1, #flat, 2 do state[flat[i]] = tonumber(flat[i + 1]) or flat[i + 1] end
end
local function get(name) return state[name] or 0 end

local changed = {}
local function set(name, value)
  state[name] = value
  changed[name] = value
end

local function number(value) return string.format('%.17g', value) end

-- Another server may have taken over, whose clock is behind.
if get('granted_at') > now + 1000 then
  redis.call('DEL', GRANTED)
  for _, name in ipairs({ 'granted_at', 'pace_at', 'blocked', 'left_until', 'rate_until', 'connections_blocked' }) do set(name, 0) end
end

local has_queue = redis.call('EXISTS', EXPIRES[1], EXPIRES[2], NEXT[1], NEXT[2]) > 0

local PERIOD_TTL_MS = math.ceil(math.max(MIN_TTL_MS, 2 * period))
local QUEUE_TTL_MS = math.max(PERIOD_TTL_MS, 26 * 3600 * 1000)

local function add(key, score, member)
  redis.call('ZADD', key, number(score), member)
  redis.call('PEXPIRE', key, QUEUE_TTL_MS)
end

-- Writes what `set` has changed. The state lives as long as what refers to it.
local function store()
  local flat = {}
  for name, value in pairs(changed) do
    table.insert(flat, name)
    table.insert(flat, type(value) == 'number' and number(value) or value)
  end
  if #flat > 0 then redis.call('HSET', STATE, unpack(flat)) end
  local learned_ms = math.ceil(math.max(get('blocked'), get('left_until')) - now)
  redis.call('PEXPIRE', STATE, has_queue and QUEUE_TTL_MS or math.max(PERIOD_TTL_MS, learned_ms))
end

-- ---- How many calls may go now, and when the next ones

-- What 429s without a hint have taught: calls per ms. It grows back, and is forgotten after a time without 429s.
local function learned_rate()
  if get('rate_until') <= now then return HUGE end
  return state.rate + state.rate_growth * (now - state.rate_at)
end

local configured_rate = requests > 0 and requests / period or HUGE
local group = math.ceil(requests / GROUPS)
local groups = group > 0 and math.floor(requests / group) or 0
local granted_length

local function free_of_period()
  if requests == 0 then return HUGE end
  while true do
    local oldest = redis.call('LINDEX', GRANTED, 0)
    if not oldest or oldest + period > now then break end
    redis.call('LPOP', GRANTED)
  end
  granted_length = redis.call('LLEN', GRANTED)
  local rest = granted_length > 0 and group - get('last_group') or 0
  return math.max(0, (groups - granted_length) * group + rest)
end

-- When the call may go before which `index` others go, counted from those that have to wait for the period.
local function period_opens(index)
  local position = math.floor(index / group)
  local rounds, at = math.floor(position / groups), position % groups
  local granted = at < granted_length and tonumber(redis.call('LINDEX', GRANTED, at)) or now
  return granted + period * (rounds + 1)
end

-- A long period is not used up in one burst, which would stop everybody until its end. While connections wait, calls come
-- evenly: a burst would go to those with many calls at a time.
local rate = math.min(learned_rate(), configured_rate)
local contended = get('contended_until') > now
local even = rate < configured_rate or (requests > 0 and contended)
local paced = even or (requests > 0 and period > LONG_PERIOD_MS)
local burst = paced and (even and 1 + rate * CATCH_UP_MS or math.max(1, requests / 10, rate * LONG_PERIOD_MS))
local pace_at = math.max(now, get('pace_at'))

local free_period = free_of_period()
local free_pace = paced and math.max(0, math.floor(burst - (pace_at - now) * rate + 0.0001)) or HUGE
local free_left = get('left_until') > now and get('left') or HUGE
local free = get('blocked') > now and 0 or math.min(free_period, free_pace, free_left)

-- When the call may go before which `ahead` others go.
local function opens(ahead)
  local at = math.max(now, get('blocked'))
  if ahead >= free_period then at = math.max(at, period_opens(ahead - free_period)) end
  if paced then at = math.max(at, pace_at + (ahead + 1 - burst) / rate) end
  if ahead >= free_left then at = math.max(at, state.left_until) end
  -- After a block nothing else may hold back those that have waited: they come one by one.
  if requests == 0 and not paced then at = at + math.min(5000, ahead * 10) end
  return at
end

local function count_grant()
  set('grants', get('grants') + 1)
  set('granted_at', now)
  if requests > 0 then
    if granted_length > 0 and get('last_group') < group then
      redis.call('LSET', GRANTED, -1, number(now))
      set('last_group', get('last_group') + 1)
    else
      redis.call('RPUSH', GRANTED, number(now))
      set('last_group', 1)
    end
    redis.call('PEXPIRE', GRANTED, PERIOD_TTL_MS)
  end
  if paced then set('pace_at', pace_at + 1 / rate) end
  if free_left < HUGE then set('left', free_left - 1) end
end

-- ---- Who goes first. Start-time fair queueing: each turn moves the tag of its connection by 1, and the lowest tag is first.

-- Calls that a connection may have in a row: one that was sent away costs the start of a process when it comes back.
local turn = rate < HUGE and math.min(LONGEST_TURN, math.max(1, math.floor(rate * TURN_MS + 0.5))) or 1

-- A connection that has not asked again in time does not delay the others any more, but keeps its tag for some time.
local function expire(l)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', EXPIRES[l], '-inf', now, 'LIMIT', 0, 100)) do
    local tag = redis.call('ZSCORE', WAITING[l], id) or redis.call('ZSCORE', AWAY[l], id)
    redis.call('ZREM', WAITING[l], id)
    redis.call('ZREM', AWAY[l], id)
    if tag then
      add(LATE[l], tonumber(tag), id)
      add(EXPIRES[l], now + LATE_MS, id)
    else
      redis.call('ZREM', LATE[l], id)
      redis.call('ZREM', EXPIRES[l], id)
    end
  end
  local clock = get('clock' .. l)
  local over = redis.call('ZRANGEBYSCORE', NEXT[l], '-inf', number(clock), 'LIMIT', 0, 100)
  if #over > 0 then
    redis.call('ZREM', NEXT[l], unpack(over))
    redis.call('HDEL', USED[l], unpack(over))
  end
end

if has_queue then
  expire(1)
  expire(2)
end

-- The asker's tag; where its entry is: WAITING, AWAY, LATE or nil; calls that it has had of its turn.
local function find_entry()
  local clock = get('clock' .. lane)
  if not has_queue then return clock, nil, 0 end
  local used = tonumber(redis.call('HGET', USED[lane], connection)) or 0
  for _, keys in ipairs({ WAITING, AWAY, LATE }) do
    local tag = redis.call('ZSCORE', keys[lane], connection)
    if tag then return tonumber(tag), keys, used end
  end
  local least = tonumber(redis.call('ZSCORE', NEXT[lane], connection) or '-1')
  if least <= clock then return clock, nil, 0 end
  return used > 0 and least - 1 or least, nil, used
end

local tag, entry, used = find_entry()

-- How many go before the asker, among those whose entries are in `keys`.
local function ahead_in(sets)
  if not has_queue then return 0 end
  local mine, others = 0, 0
  local other = 3 - lane
  for _, keys in ipairs(sets) do
    if keys == entry then
      mine = mine + redis.call('ZRANK', keys[lane], connection)
    else
      mine = mine + redis.call('ZCOUNT', keys[lane], '-inf', number(tag))
    end
    others = others + redis.call('ZCARD', keys[other])
  end
  if others == 0 then return mine end
  -- The lanes share as connections do. One that has had nobody waiting gets nothing for that time.
  local tag_mine, tag_other = get('lane' .. lane), get('lane' .. other)
  if redis.call('ZCARD', WAITING[lane]) == 0 then tag_mine = math.max(tag_mine, get('lanes')) end
  local before = (tag_mine + mine / WEIGHT[lane] - tag_other) * WEIGHT[other]
  before = lane == 2 and math.floor(before + 0.0001) + 1 or math.ceil(before - 0.0001)
  return mine + math.min(others, math.max(0, before))
end

local function remove_entry()
  if not has_queue then return end
  entry = nil
  for _, keys in ipairs({ WAITING, AWAY, LATE, EXPIRES }) do redis.call('ZREM', keys[lane], connection) end
end

local function set_used(l, calls)
  if calls > 0 and calls < turn then
    redis.call('HSET', USED[l], connection, calls)
    redis.call('PEXPIRE', USED[l], QUEUE_TTL_MS)
  else
    redis.call('HDEL', USED[l], connection)
  end
end

-- Returns false if the queue is full.
local function put_entry(keys, expires)
  if entry ~= keys then
    if not entry then
      local size = 0
      for l = 1, 2 do size = size + redis.call('ZCARD', EXPIRES[l]) end
      if size >= MAX_ENTRIES then return false end
    end
    if keys == WAITING and redis.call('ZCARD', WAITING[lane]) == 0 then
      set('lane' .. lane, math.max(get('lane' .. lane), get('lanes')))
    end
    -- A connection that comes later is behind, also at the same time.
    if not entry and tag == get('clock' .. lane) then set('clock' .. lane, tag + 0.000001) end
    remove_entry()
    entry = keys
    has_queue = true
  end
  add(keys[lane], tag, connection)
  add(EXPIRES[lane], expires, connection)
  return true
end

-- Calls that a turn has had of late: to estimate, as many connections want less than a whole turn.
local function calls_per_turn() return math.max(1, math.min(turn, get('calls_per_turn'))) end

-- When a call of the asker is likely to go, if all that are before it come: also those that are away.
local function likely_at() return opens(math.floor(ahead_in({ WAITING, AWAY }) * calls_per_turn())) end

-- Who waits for long need not ask meanwhile: it comes back a little before its turn. It comes earlier than an estimate that
-- is far away, as the queue may become shorter. Returns the ms until then.
local function put_away(likely)
  local wait = likely - now
  if wait > FAR_AWAY_MS then wait = math.max(FAR_AWAY_MS, wait / 2) end
  wait = math.max(1, wait - EARLY_MS, opens(0) - now)
  put_entry(AWAY, now + wait * 1.2 + 5000)
  return wait
end

-- When the API takes this connection again; it may be later than the budget allows.
local function connection_opens()
  if get('connections_blocked') <= now then return 0 end
  return tonumber(redis.call('ZSCORE', BLOCKED, connection) or '0')
end

local function ms_until(at) return tostring(math.max(0, math.ceil(at - now))) end
