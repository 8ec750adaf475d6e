-- Begins a request that has an Idempotency-Key, or says what came of it.
-- KEYS: 1 what is kept of the request, a hash: request, command, owner, until, answer
-- ARGV: 1 what the request asks for, 2 owner: this try, 3 command id if this is the first try, 4 lease in ms,
--       5 how long it is kept in ms
-- Returns {'begun', command id} | {'running', ms until the lease ends} | {'done', answer} | {'other'}
local kept = redis.call('HMGET', KEYS[1], 'request', 'command', 'until', 'answer')
if kept[1] and kept[1] ~= ARGV[1] then return { 'other' } end
if kept[4] then return { 'done', kept[4] } end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local left = tonumber(kept[3] or 0) - now
if left > 0 then return { 'running', left } end
local command = kept[2] or ARGV[3]
redis.call('HSET', KEYS[1], 'request', ARGV[1], 'command', command, 'owner', ARGV[2], 'until', now + ARGV[4])
if not kept[1] then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
return { 'begun', command }
