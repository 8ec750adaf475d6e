-- The streams of removed schedules were emptied.
-- ARGV[1]  environment, ids (back to back)

local key = base .. 'cleaning:' .. args.environment
redis.call('HDEL', key, unpack(ids_of(args.ids)))
if redis.call('EXISTS', key) == 0 then redis.call('SREM', base .. 'cleaning', args.environment) end
