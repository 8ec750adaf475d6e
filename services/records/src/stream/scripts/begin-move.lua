-- A stream is about to be on another shard. Until the release of the lease says so, or if it never does, the tables decide
-- where it is: see locate.lua.
-- KEYS: 1 state of the stream
-- ARGV: 1 token of the holder
-- Returns: end of the lease (ms), or 0 if the lease is not the holder's any more
local state, token = KEYS[1], ARGV[1]
local holder, held_until = unpack(redis.call('HMGET', state, 'holder', 'held_until'))
if holder ~= token then return 0 end
redis.call('HDEL', state, 'generation', 'place')
redis.call('HSET', state, 'move', token)
return tonumber(held_until)
