-- Asks for a call. What the asker is told not to do now, it should ask for again after `wait`.
-- Returns  { wait, ahead }
--   wait    ms until the asker should ask again; 0 = the call may go now; -1 = there is no budget
--   ahead   connections that go before, also those that are away

local unlimited = requests == 0 and math.max(get('blocked'), get('rate_until'), get('left_until')) <= now
if unlimited and connection_opens() <= now then
  if entry then remove_entry() end
  return { '-1', 0 }
end

local refused_until = connection_opens()
if refused_until > now then
  if has_queue then put_entry(AWAY, refused_until + 5000) end
  store()
  return { ms_until(refused_until), 0 }
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
      local size = math.max(1, redis.call('ZCARD', WAITING[lane]) + redis.call('ZCARD', AWAY[lane]))
      -- The clock is the tag of the turn that goes. It moves also while new connections come that have tags of the clock:
      -- those that wait would starve otherwise.
      set(clock, math.max(get(clock) + 0.5 / size, tag))
      set('calls_per_turn', calls_per_turn() * 0.95 + math.min(turn, get('calls_of_turn')) * 0.05)
      set('calls_of_turn', 0)
    end
    set('calls_of_turn', get('calls_of_turn') + 1)
    set_used(lane, used + 1)
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
  return { '0', 0 }
end

local wait = likely_at() - now
if wait > LONG_WAIT_MS then
  wait = put_away(now + wait)
else
  -- As early as it may be possible: some of those before it may not come.
  wait = math.max(1, opens(ahead) - now)
  put_entry(WAITING, now + wait + 250 + wait / 10)
end
store()
return { tostring(math.ceil(wait)), ahead_in({ WAITING, AWAY }) }
