-- Asks for a call. What the asker is told not to do now, it should ask for again after `wait`.
-- Returns  { wait, likely, ahead }
--   wait    ms until the asker should ask again; 0 = the call may go now; -1 = there is no budget
--   likely  ms until the call is likely to go
--   ahead   connections that go before, also those that are away

if requests == 0 and not has_queue and get('blocked') <= now and get('rate_until') <= now and get('left_until') <= now
  and connection_opens() <= now then
  return { '-1', '0', 0 }
end

local refused_until = connection_opens()
if refused_until > now then
  if has_queue then put_entry(AWAY, refused_until + MIN_TTL_MS) end
  store()
  return { ms_until(refused_until), ms_until(refused_until), 0 }
end

local others = 0
if has_queue then
  others = redis.call('ZCARD', WAITING[1]) + redis.call('ZCARD', WAITING[2]) - (entry == WAITING and 1 or 0)
end
if others > 0 then set('contended_until', now + 2 * period) end

local ahead = ahead_in({ WAITING })
if ahead < free then
  if others > 0 or entry then
    local clock = 'clock' .. lane
    if used == 0 then
      local size = redis.call('ZCARD', WAITING[lane]) + redis.call('ZCARD', AWAY[lane]) + (entry and 0 or 1)
      set(clock, math.max(get(clock) + 1 / size, tag))
      set('calls_per_turn', calls_per_turn() * 0.95 + math.min(turn, get('calls_of_turn')) * 0.05)
      set('calls_of_turn', 0)
    end
    set('calls_of_turn', get('calls_of_turn') + 1)
    set_used(used + 1)
    add(NEXT[lane], tag + 1, connection)
    local lanes = 'lane' .. lane
    if entry ~= WAITING and redis.call('ZCARD', WAITING[lane]) == 0 then set(lanes, math.max(get(lanes), get('lanes'))) end
    set('lanes', math.max(get('lanes'), get(lanes)))
    set(lanes, get(lanes) + 1 / WEIGHT[lane])
    remove_entry()
    has_queue = true
  end
  count_grant()
  store()
  return { '0', '0', 0 }
end

put_entry(WAITING, now) -- its expiry follows
local likely = likely_at()
-- As early as it may be possible: some of those before it may not come. Long waits are shortened: the queue may become
-- shorter meanwhile.
local wait = math.max(1, opens(ahead) - now)
if wait > 1000 then wait = math.min(30000, math.max(1000, (likely - now) / 2)) end
if entry then add(EXPIRES[lane], now + wait + 250 + wait / 10, connection) end
store()
return { tostring(math.ceil(wait)), ms_until(likely), ahead_in({ WAITING, AWAY }) }
