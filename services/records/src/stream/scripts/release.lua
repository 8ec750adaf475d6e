-- Ends a lease, and writes down what became of the stream under it.
-- KEYS: 1 state of the stream, 2 ids of records that were saved again without a change, by the instant of their commit,
--       3 names of the environment's streams with a deletion that was held back
-- ARGV: 1 token of the holder, 2 instant of the commit, 3 how it ended:
--         'unchanged'  no record has changed
--         'committed'  4 and 5 are what it adds to live records and to their bytes
--         'recovered'  4 and 5 are the live records and their bytes, counted again after a commit that was in doubt
--         'emptied'    4 is the new generation, which is empty
--         'moved'      4 is the generation that it has on another shard, 5 the place of that shard
--         'in-doubt'   a statement has failed half-way: the next holder recovers
--       6 ids that were saved again without a change, or '', 7 how long they are kept (s),
--       8 start of the delete-tracking window, 'closed', or '' as it was
--       9 since when the stream was in doubt: this commit, or one before it that was recovered
--       10 why the pass of the open window and of a run is not complete, or '', 11 the run's sync, 12 the run
--       13 the deletion that a pass has found and that was held back (JSON), 'none' if a pass has ended without one, or ''
--       14 name of the stream in KEYS 3, 15 how long KEYS 3 is kept (s)
-- Returns: 0 if the lease was not the holder's any more, 1 if it was, 2 if another instance waits for it
local state, token, instant, outcome, ids, window = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[6], ARGV[8]
local incomplete, deletion = ARGV[10], ARGV[13]
local holder, wanted, doubt = unpack(redis.call('HMGET', state, 'holder', 'wanted', 'in_doubt'))
if holder ~= token then
  -- What this commit wrote, a later holder may have counted before it was there: the next one counts again.
  local generation = redis.call('HGET', state, 'generation')
  if generation and outcome ~= 'unchanged' and (not doubt or tonumber(doubt) > tonumber(instant)) then
    redis.call('HSET', state, 'in_doubt', instant)
  end
  return 0
end
redis.call('HDEL', state, 'holder', 'held_until', 'wanted')
-- Another mark was set meanwhile, by a holder that had lost its lease.
if outcome ~= 'in-doubt' and doubt == ARGV[9] then redis.call('HDEL', state, 'in_doubt') end
if outcome == 'committed' then
  redis.call('HINCRBY', state, 'live', ARGV[4])
  redis.call('HINCRBY', state, 'bytes', ARGV[5])
elseif outcome == 'recovered' then
  redis.call('HSET', state, 'live', ARGV[4], 'bytes', ARGV[5])
elseif outcome == 'emptied' then
  redis.call('HSET', state, 'generation', ARGV[4], 'commit', 0, 'live', 0, 'bytes', 0)
  redis.call('HDEL', state, 'heads_behind')
  deletion = 'none'
elseif outcome == 'moved' then
  redis.call('HSET', state, 'generation', ARGV[4], 'place', ARGV[5])
  redis.call('HDEL', state, 'heads_behind')
end
if outcome == 'committed' or outcome == 'recovered' then
  redis.call('HSET', state, 'commit', instant)
  redis.call('HSETNX', state, 'heads_behind', instant)
end
if ids ~= '' then
  redis.call('HSET', state, 'unchanged', instant)
  redis.call('HSET', KEYS[2], instant, ids)
  redis.call('EXPIRE', KEYS[2], ARGV[7])
end
if window == 'closed' then
  redis.call('HDEL', state, 'window', 'incomplete')
elseif window ~= '' then
  redis.call('HSET', state, 'window', window)
  redis.call('HDEL', state, 'incomplete')
end
if incomplete ~= '' then
  redis.call('HSET', state, 'incomplete:' .. ARGV[11], ARGV[12] .. ' ' .. incomplete)
  if redis.call('HEXISTS', state, 'window') == 1 then redis.call('HSETNX', state, 'incomplete', incomplete) end
end
if deletion == 'none' then
  redis.call('HDEL', state, 'held_deletion', 'released')
  redis.call('ZREM', KEYS[3], ARGV[14])
elseif deletion ~= '' then
  redis.call('HSET', state, 'held_deletion', deletion)
  redis.call('ZADD', KEYS[3], 0, ARGV[14])
  redis.call('EXPIRE', KEYS[3], ARGV[15])
end
return wanted and 2 or 1
