-- ARGV[1]  pattern of keys
-- Returns the hashes and sorted sets among them: list of { key, 'hash' or 'zset', their fields and values, or members and scores }
local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local kind = redis.call('TYPE', key).ok
  if kind == 'hash' then
    found[#found + 1] = { key, kind, redis.call('HGETALL', key) }
  elseif kind == 'zset' then
    found[#found + 1] = { key, kind, redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') }
  end
end
return found
