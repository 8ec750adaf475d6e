-- Removes the name of a stream that has no deletion that was held back: its state has expired.
-- KEYS: 1 state of the stream, 2 names of the environment's streams with a deletion that was held back
-- ARGV: 1 name of the stream
-- Returns: 1 if it was removed
if redis.call('HEXISTS', KEYS[1], 'held_deletion') == 1 then return 0 end
return redis.call('ZREM', KEYS[2], ARGV[1])
