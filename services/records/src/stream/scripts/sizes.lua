-- Sizes of streams.
-- KEYS: their states
-- Returns: for each { live records, bytes, instant of the last change }, or {} if they are not known
local sizes = {}
for i, state in ipairs(KEYS) do
  local live, bytes, commit = unpack(redis.call('HMGET', state, 'live', 'bytes', 'commit'))
  sizes[i] = live and bytes and { live, bytes, commit or '0' } or {}
end
return sizes
