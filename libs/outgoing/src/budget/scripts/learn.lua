-- Takes what an answer of the API says about its quota.
-- ARGV[7]   'refused': the API has refused the call; 'empty': it has taken it, and nothing remains; 'left': some remain
-- ARGV[8]   ms until it may be tried again; '' = unknown
-- ARGV[9]   calls that remain; '' = unknown
-- ARGV[10]  calls per ms that this process has made of late: what a learned rate begins with if nothing is configured
-- ARGV[11]  longest block in ms
-- Returns   1 if the whole budget is blocked or slowed down now, else 0

local what, hint, remaining = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
local longest = tonumber(ARGV[11])
local EPISODE_MS = 10000
local UNKNOWN_BLOCK_MS = 1000
local RATE_KEPT_MS = 5 * 60000
local RECOVERY_MS = 30000
local LEAST_RATE = 1 / 10000
local LEAST_GROWTH = 0.5 / 1000

if hint then hint = math.max(0, math.min(hint, longest)) end

-- How many calls remain until the API resets its count. Old answers may come late.
if what == 'left' then
  if remaining and hint and not shared then
    local ends = now + hint
    local known = get('left_until')
    if known <= now or ends > known + 2000 then
      set('left', remaining)
      set('left_until', ends)
    elseif ends > known - 2000 then
      set('left', math.min(get('left'), remaining))
    end
    store()
  end
  return 0
end

-- Whose quota is used up: that of the connection's account, or that of all? It is that of all if a second connection is
-- refused too, and if so are most of the calls that were granted since.
local everybody = not shared
if shared then
  if now - get('refused_at') > EPISODE_MS then
    set('refused_first', 'c:' .. connection)
    set('refused_others', 0)
    set('refused', 0)
    set('grants_before', get('grants'))
  end
  if state.refused_first ~= 'c:' .. connection then set('refused_others', get('refused_others') + 1) end
  set('refused', get('refused') + 1)
  set('refused_at', now)
  everybody = get('refused_others') > 0 and get('refused') * 2 >= get('grants') - get('grants_before')
end

if not everybody then
  local ends = now + math.max(hint or 0, UNKNOWN_BLOCK_MS)
  redis.call('ZREMRANGEBYSCORE', BLOCKED, '-inf', now)
  if redis.call('ZCARD', BLOCKED) < MAX_ENTRIES then
    redis.call('ZADD', BLOCKED, number(ends), connection)
    redis.call('PEXPIRE', BLOCKED, longest)
    set('connections_blocked', math.max(get('connections_blocked'), ends))
  end
  -- A refused call does not count as one of its share.
  for l = 1, 2 do
    local least = what == 'refused' and tonumber(redis.call('ZSCORE', NEXT[l], connection) or '')
    if least then
      local had = (tonumber(redis.call('HGET', USED[l], connection)) or turn) - 1
      set_used(l, had)
      if had == 0 then add(NEXT[l], least - 1, connection) end
    end
  end
  store()
  return 0
end

if hint then
  set('blocked', math.max(get('blocked'), now + hint))
elseif now - get('rate_at') > math.max(UNKNOWN_BLOCK_MS, 1 / rate) or get('rate_until') <= now then
  -- Other refusals of the same time are about calls that went before the rate was lowered.
  local before = rate < HUGE and rate or math.max(2 * LEAST_RATE, tonumber(ARGV[10]))
  set('rate', math.max(LEAST_RATE, before * (requests > 0 and 0.75 or 0.5)))
  set('rate_growth', math.max(before - state.rate, LEAST_GROWTH) / RECOVERY_MS)
  set('rate_at', now)
  set('rate_until', now + RATE_KEPT_MS)
  set('pace_at', now)
  set('blocked', math.max(get('blocked'), now + UNKNOWN_BLOCK_MS))
end
store()
return 1
