-- KEYS: 1 number of the layout. ARGV: 1 our number. Returns the number that is stored now: ours, or a higher one.
local stored = tonumber(redis.call('GET', KEYS[1]) or '0')
if stored >= tonumber(ARGV[1]) then return stored end
redis.call('SET', KEYS[1], ARGV[1])
return tonumber(ARGV[1])
