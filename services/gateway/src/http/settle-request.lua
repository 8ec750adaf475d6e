-- Renews the lease of a request with an Idempotency-Key, ends it, or keeps its answer.
-- KEYS: see begin-request.lua
-- ARGV: 1 owner, 2 lease in ms, 0 = ends, 3 status of the answer, '' = it may be carried out again, 4 answer, '' = it is not kept,
--       5 how long it is kept in ms, 6 command id of the next try, '' = the same, 7 limit of the environment in bytes, 8 limit of all
-- Returns 1, or 0 if another try has taken over
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
local now = now_ms()
if ARGV[3] ~= '' then
  local usages, limits = { KEYS[2], KEYS[3] }, { ARGV[7], ARGV[8] }
  local slice = math.floor((now + ARGV[5]) / SLICE_MS)
  local field = answer_field(KEYS[1])
  for _, usage in ipairs(usages) do refresh_usage(usage, math.floor(now / SLICE_MS)) end
  local bytes = #ARGV[4] + #field
  if ARGV[4] ~= '' and make_room(usages, limits, KEYS[4], bytes) then
    redis.call('HSET', KEYS[4] .. slice, field, ARGV[4])
    redis.call('PEXPIRE', KEYS[4] .. slice, ARGV[5] + SLICE_MS)
    add_usage(usages, 'a' .. slice, bytes)
  end
  redis.call('HSET', KEYS[1], 'status', ARGV[3], 'slice', slice)
  redis.call('HDEL', KEYS[1], 'owner', 'until')
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  return 1
end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'command', ARGV[6]) end
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], 'owner', 'until')
else
  redis.call('HSET', KEYS[1], 'until', now + ARGV[2])
end
return 1
