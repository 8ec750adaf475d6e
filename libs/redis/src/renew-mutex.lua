-- KEYS: the mutex. ARGV: the holder's token, for how many ms more. Returns 1 if the holder still has it.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
