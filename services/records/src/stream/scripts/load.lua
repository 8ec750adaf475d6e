-- Writes down what the tables know of a stream whose state Redis never had, or has lost. What another instance has loaded
-- meanwhile stays.
-- KEYS: 1 state of the stream
-- ARGV: 1 generation, 2 instant of the newest commit or 0, 3 live records, 4 their bytes, 5 how long it is kept (s),
--       6 place of the caller's shard, 7 number of shards
-- Returns: {'moved', place} the stream is on another shard; 0 = on which one must be looked up in the tables
--          {'loaded'} it is there now
local state, commit = KEYS[1], ARGV[2]
local generation, last, place, move = unpack(redis.call('HMGET', state, 'generation', 'last', 'place', 'move'))
if not place and not generation and (move or ARGV[7] ~= '1') then return { 'moved', 0 } end
if place and place ~= ARGV[6] then return { 'moved', tonumber(place) } end
if generation then return { 'loaded' } end
-- A move that was cut off leaves the instants that it had reserved.
redis.call('HSET', state, 'generation', ARGV[1], 'last', math.max(tonumber(last or 0), tonumber(commit)),
  'commit', commit, 'live', ARGV[3], 'bytes', ARGV[4], 'place', ARGV[6])
-- Nobody knows which heads are in record_head: readers look for all of them in record_log too.
if commit ~= '0' then redis.call('HSET', state, 'heads_behind', 0) end
redis.call('EXPIRE', state, ARGV[5])
return { 'loaded' }
