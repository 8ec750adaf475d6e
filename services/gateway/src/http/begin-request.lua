-- Begins a request that has an Idempotency-Key, or says what came of it.
-- KEYS: 1 what is kept of the request, a hash: request, command, owner, until; when it is over: status, slice of its answer,
--       2 usage of the environment, 3 usage of all, see idempotency-usage.lua, 4 answers of the environment, without their slice
-- ARGV: 1 what the request asks for, 2 owner: this try, 3 command id if this is the first try, 4 lease in ms,
--       5 how long it is kept in ms, 6 limit of the environment in bytes, 7 limit of all
-- Returns {'begun', command id, '1' if an earlier try has not said how it ended} | {'running', ms until the lease ends}
--       | {'done', status, answer, '' = it is not kept} | {'other'} | {'full'}
local usages, limits = { KEYS[2], KEYS[3] }, { ARGV[6], ARGV[7] }
local kept = redis.call('HMGET', KEYS[1], 'request', 'command', 'until', 'status', 'slice')
if kept[1] and kept[1] ~= ARGV[1] then return { 'other' } end
if kept[4] then return { 'done', kept[4], redis.call('HGET', KEYS[4] .. kept[5], answer_field(KEYS[1])) or '' } end
local now = now_ms()
local left = tonumber(kept[3] or 0) - now
if left > 0 then return { 'running', left } end
if not kept[1] then
  local slice = math.floor(now / SLICE_MS)
  for _, usage in ipairs(usages) do refresh_usage(usage, slice) end
  if not make_room(usages, limits, KEYS[4], KEY_BYTES) then return { 'full' } end
  add_usage(usages, 'k' .. math.floor((now + ARGV[5]) / SLICE_MS), KEY_BYTES)
end
local command = kept[2] or ARGV[3]
redis.call('HSET', KEYS[1], 'request', ARGV[1], 'command', command, 'owner', ARGV[2], 'until', now + ARGV[4])
if not kept[1] then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
return { 'begun', command, kept[3] and '1' or '' }
