-- Gives a lock back, if it is still the holder's.
-- KEYS: 1 state of the stream, 2 ids that its saves brought unchanged, by instants
-- ARGV: 1 token of the holder, 2 'whole' or 'torn': whether all is well with what was committed,
--       3 instant of the commit or '' if nothing has changed, 4 and 5 what it adds to live records and to their bytes,
--       6 instant of the save and 7 the ids that it brought unchanged or '', 8 how long they are kept (s)
-- Returns: 0 if it was not the holder's, 1 if it was, 2 if somebody else has asked for it meanwhile
local state, commit = KEYS[1], ARGV[3]
local holder, wanted = unpack(redis.call('HMGET', state, 'holder', 'wanted'))
if holder ~= ARGV[1] then return 0 end
redis.call('HDEL', state, 'holder', 'held_until', 'wanted')
if ARGV[2] == 'whole' then
  redis.call('HDEL', state, 'torn')
  if commit ~= '' then
    redis.call('HSET', state, 'commit', commit)
    redis.call('HSETNX', state, 'unindexed', commit)
    redis.call('HINCRBY', state, 'live', ARGV[4])
    redis.call('HINCRBY', state, 'bytes', ARGV[5])
  end
end
if ARGV[7] ~= '' then
  redis.call('HSET', state, 'seen', ARGV[6])
  redis.call('HSET', KEYS[2], ARGV[6], ARGV[7])
  redis.call('EXPIRE', KEYS[2], ARGV[8])
end
return wanted and 2 or 1
