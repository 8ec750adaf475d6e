-- Writes down what the tables know of a stream whose state Redis never had, or has lost. What another instance has loaded
-- meanwhile stays.
-- KEYS: 1 state of the stream
-- ARGV: 1 generation, 2 instant of the newest commit or 0, 3 live records, 4 their bytes, 5 how long it is kept (s)
-- Returns: 1, or 0 if it was there
local state, commit = KEYS[1], ARGV[2]
if redis.call('HEXISTS', state, 'generation') == 1 then return 0 end
redis.call('HSET', state, 'generation', ARGV[1], 'last', commit, 'commit', commit, 'live', ARGV[3], 'bytes', ARGV[4])
-- Nobody knows which heads are in record_head: readers look for all of them in record_log too.
if commit ~= '0' then redis.call('HSET', state, 'heads_behind', 0) end
redis.call('EXPIRE', state, ARGV[5])
return 1
