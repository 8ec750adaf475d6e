-- Frees one lock of an attempt, or all. Others stay: of an attempt that has ended, another one may have them now.
-- ARGV[1]  owner (see lock_owner), environment, key ('' = all)
-- Returns  how many it had

if args.key == '' then return free_locks(args.owner) end
local lock = base .. 'lock:' .. args.environment .. ':' .. args.key
redis.call('SREM', base .. 'locks:' .. args.owner, lock)
if redis.call('GET', lock) ~= args.owner then return 0 end
return redis.call('DEL', lock)
