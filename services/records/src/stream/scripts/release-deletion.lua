-- Lets the next complete pass of a stream delete what was held back by the guard.
-- KEYS: 1 state of the stream
-- Returns: the deletion (JSON) as it was held back, or '' if none is
local deletion = redis.call('HGET', KEYS[1], 'held_deletion')
if not deletion then return '' end
if cjson.decode(deletion).incomplete == '' then redis.call('HSET', KEYS[1], 'released', 1) end
return deletion
