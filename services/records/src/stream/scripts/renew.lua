-- Makes a lease longer.
-- KEYS: 1 state of the stream
-- ARGV: 1 token of the holder, 2 length of the lease from now (ms)
-- Returns: the new end of the lease (ms), or 0 if the lease is not the holder's any more
local state = KEYS[1]
if redis.call('HGET', state, 'holder') ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local held_until = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2])
redis.call('HSET', state, 'held_until', held_until)
return held_until
