-- Sizes of streams.
-- KEYS: their states
-- Returns: for each { live records, bytes }, or {} if they are not known
local sizes = {}
for i, state in ipairs(KEYS) do
  local live, bytes = unpack(redis.call('HMGET', state, 'live', 'bytes'))
  sizes[i] = live and bytes and { live, bytes } or {}
end
return sizes
