-- What the budget is like now.
-- Returns  { rate, learned, blockedUntil, waiting, away }
--   rate          calls per second; '' = not limited
--   learned       1 if the rate comes from answers of the API
--   blockedUntil  ms; 0 = not blocked
--   waiting       connections that wait
--   away          connections that come back later

local waiting, away = 0, 0
for l = 1, 2 do
  waiting = waiting + redis.call('ZCARD', WAITING[l])
  away = away + redis.call('ZCARD', AWAY[l])
end
return {
  rate < HUGE and tostring(rate * 1000) or '',
  rate < configured_rate and 1 or 0,
  number(get('blocked') > now and get('blocked') or 0),
  waiting,
  away,
}
