-- Takes a lock for an attempt, or gives one that it has a new time to live.
-- ARGV[1]  owner (see lock_owner), environment, key, ttl (ms), most (locks of one owner), run, attempt (run = '': it is an action)
-- Returns  { acquired (1, 0), refusal ('' or why the attempt may take none), full (1: it has `most` locks) }

local run
if args.run ~= '' then
  run = load_run(args.run)
  local reason = refusal(run, args.attempt)
  if reason then return { 0, reason, 0 } end
end
local lock = base .. 'lock:' .. args.environment .. ':' .. args.key
local holder = redis.call('GET', lock)
if holder and holder ~= args.owner then return { 0, '', 0 } end

local held = base .. 'locks:' .. args.owner
if not holder and redis.call('SCARD', held) >= args.most then
  -- Some may have ended with their time to live.
  for _, each in ipairs(redis.call('SMEMBERS', held)) do
    if redis.call('GET', each) ~= args.owner then redis.call('SREM', held, each) end
  end
  if redis.call('SCARD', held) >= args.most then return { 0, '', 1 } end
end
redis.call('SET', lock, args.owner, 'PX', args.ttl)
redis.call('SADD', held, lock)
if redis.call('PTTL', held) < args.ttl then redis.call('PEXPIRE', held, args.ttl) end
if run then change(run, { locks = '1' }) end
return { 1, '', 0 }
