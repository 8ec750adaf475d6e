-- Takes the lock of a stream for one commit and reserves the commit's instant. All instants of a stream come from
-- here, so there is one clock and it never stands still.
-- KEYS: 1 state of the stream
-- ARGV: 1 token of the holder, 2 longest time to hold it (ms), 3 sync that writes ('' = not a sync), 4 its fence
-- Returns: {'unknown'} the state was never loaded, or was lost
--          {'fenced', highest fence}
--          {'busy', ms until the lock runs out}
--          {'locked', generation, instant, instant of a commit that may be torn or '', run of the sync or '',
--           instant it began or '', start of the delete-tracking window or ''}
local state = KEYS[1]
local token, hold_ms, sync, fence = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local generation, last, held_until, torn, highest, run, began, window = unpack(redis.call('HMGET', state,
  'generation', 'last', 'held_until', 'torn', 'fence:' .. sync, 'run:' .. sync, 'began:' .. sync, 'window'))
if not generation then return { 'unknown' } end
if sync ~= '' then
  if highest and fence < tonumber(highest) then return { 'fenced', highest } end
  redis.call('HSET', state, 'fence:' .. sync, ARGV[4])
end
if held_until and tonumber(held_until) > now then return { 'busy', tonumber(held_until) - now } end

local instant = math.max(now, tonumber(last) + 1)
redis.call('HSET', state, 'holder', token, 'held_until', now + hold_ms, 'last', instant)
-- Until its holder says that all is well, this commit may be torn.
if not torn then redis.call('HSET', state, 'torn', instant) end
return { 'locked', tonumber(generation), instant, torn or '', run or '', began or '', window or '' }
