-- Gives a lock back, if it is still the holder's.
-- KEYS: 1 state of the stream
-- ARGV: 1 token of the holder, 2 'whole' or 'torn': whether what was committed is in all tables
-- Returns: 1 if it was the holder's
local state = KEYS[1]
if redis.call('HGET', state, 'holder') ~= ARGV[1] then return 0 end
redis.call('HDEL', state, 'holder', 'held_until')
if ARGV[2] == 'whole' then redis.call('HDEL', state, 'torn') end
return 1
