-- KEYS: the mutex. ARGV: the caller's token, for how many ms. Returns 1 if the caller has it now.
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
-- The clock of Redis was set back: a holder that has died would keep it until the clock has come so far again.
if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
