-- An attempt of a run takes over a stream: lower fences of the sync can't write from now on. The first attempt of a
-- run reserves the instant at which the run began; later attempts find it.
-- KEYS: 1 state of the stream
-- ARGV: 1 sync, 2 fence of the attempt, 3 run, 4 how long the state is kept without a claim (s),
--       5 place of the caller's shard
-- Returns: {'moved', place} the stream is on another shard
--          {'unknown'} the state was never loaded, or was lost
--          {'fenced', highest fence}
--          {'first', instant, generation, used} or {'again', instant, generation, used}; used: see setRegisteredUse, or false
local state, sync, run, keep_s = KEYS[1], ARGV[1], ARGV[3], tonumber(ARGV[4])
local generation, last, place, highest, known_run, began, used = unpack(redis.call('HMGET', state,
  'generation', 'last', 'place', 'fence:' .. sync, 'run:' .. sync, 'began:' .. sync, 'used'))
if place and place ~= ARGV[5] then return { 'moved', tonumber(place) } end
if not generation then return { 'unknown' } end
if highest and tonumber(ARGV[2]) < tonumber(highest) then return { 'fenced', highest } end
redis.call('HSET', state, 'fence:' .. sync, ARGV[2])
if redis.call('TTL', state) < keep_s / 2 then redis.call('EXPIRE', state, keep_s) end
if known_run == run then return { 'again', tonumber(began), generation, used } end

local time = redis.call('TIME')
local instant = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(last) + 1)
redis.call('HSET', state, 'run:' .. sync, run, 'began:' .. sync, instant, 'last', instant)
return { 'first', instant, generation, used }
