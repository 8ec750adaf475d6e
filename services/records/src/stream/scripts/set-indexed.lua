-- Heads of a stream's commits up to an instant are in record_head.
-- KEYS: 1 state of the stream
-- ARGV: 1 generation, 2 the instant
-- Returns: 1, or 0 if the stream has been emptied meanwhile
local state, upto = KEYS[1], tonumber(ARGV[2])
local generation, commit = unpack(redis.call('HMGET', state, 'generation', 'commit'))
if generation ~= ARGV[1] then return 0 end
if tonumber(commit) > upto then
  redis.call('HSET', state, 'heads_behind', upto + 1)
else
  redis.call('HDEL', state, 'heads_behind')
end
return 1
