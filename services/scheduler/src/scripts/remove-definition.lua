-- Removes the definition of a sync that is not deployed any more, when its last schedule is gone.
-- ARGV[1]  def
-- Returns  'removed', or 'kept': there are schedules

local definition = load_definition(args.def)
if not definition then return 'removed' end
if number(definition.schedules) > 0 or number(definition.variants) > 0 then return 'kept' end
redis.call('HDEL', base .. 'syncs', definition.environment .. '/' .. definition.integration .. '/' .. definition.sync)
redis.call('DEL', definition.key, base .. 'full:sync:' .. args.def)
return 'removed'
