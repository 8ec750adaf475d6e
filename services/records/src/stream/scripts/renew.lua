-- Holds a lock for longer.
-- KEYS: 1 state of the stream
-- ARGV: 1 token of the holder, 2 longest time to hold it from now (ms)
-- Returns: 1, or 0 if the lock is not the holder's any more
local state = KEYS[1]
if redis.call('HGET', state, 'holder') ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
redis.call('HSET', state, 'held_until', time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2]))
return 1
