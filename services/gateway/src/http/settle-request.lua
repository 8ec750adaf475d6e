-- Renews the lease of a request with an Idempotency-Key, ends it, or keeps its answer.
-- KEYS: 1 what is kept of the request, see begin-request.lua
-- ARGV: 1 owner, 2 lease in ms, 0 = ends, 3 answer, '' = none is kept, 4 how long the answer is kept in ms,
--       5 command id of the next try, '' = the same
-- Returns 1, or 0 if another try has taken over
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[1], 'answer', ARGV[3])
  redis.call('HDEL', KEYS[1], 'owner', 'until')
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return 1
end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'command', ARGV[5]) end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'until', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2])
return 1
