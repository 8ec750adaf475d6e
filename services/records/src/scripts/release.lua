-- Gives a lock back, if it is still the holder's.
-- KEYS: 1 state of the stream
-- ARGV: 1 token of the holder, 2 'whole' or 'torn': whether what was committed is in all tables
-- Returns: 0 if it was not the holder's, 1 if it was, 2 if somebody else has asked for it meanwhile
local state = KEYS[1]
local holder, wanted = unpack(redis.call('HMGET', state, 'holder', 'wanted'))
if holder ~= ARGV[1] then return 0 end
redis.call('HDEL', state, 'holder', 'held_until', 'wanted')
if ARGV[2] == 'whole' then redis.call('HDEL', state, 'torn') end
return wanted and 2 or 1
