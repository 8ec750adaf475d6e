-- Takes the lock of a stream for one commit and reserves the commit's instant. All instants of a stream come from
-- here, so there is one clock and it never stands still. A commit may hold saves of several writers; those that are
-- fenced are named, the others have the lock. Who asks twice with one token, since the first answer was lost, has it too.
-- KEYS: 1 state of the stream
-- ARGV: 1 token of the holder, 2 longest time to hold it (ms), then for each writer: its sync, its fence
-- Returns: {'unknown'} the state was never loaded, or was lost
--          {'busy'} somebody has it; its release will say that somebody waits
--          {'locked', generation, instant, instant of the last commit or 0, instant of the last save that brought
--           something unchanged or '', live records,
--           instant since which heads may not be in their table or '', instant of a commit that may be torn or '',
--           start of the delete-tracking window or '',
--           then for each writer: {highest fence if it is fenced or '', run of its sync or '', instant the run began or ''}}
local state, token, hold_ms = KEYS[1], ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local generation, last, commit, seen, live, unindexed, holder, held_until, torn, window = unpack(redis.call('HMGET', state,
  'generation', 'last', 'commit', 'seen', 'live', 'unindexed', 'holder', 'held_until', 'torn', 'window'))
if not generation or not commit then return { 'unknown' } end
if held_until and tonumber(held_until) > now and holder ~= token then
  redis.call('HSET', state, 'wanted', 1)
  return { 'busy' }
end

local instant = math.max(now, tonumber(last) + 1)
redis.call('HSET', state, 'holder', token, 'held_until', now + hold_ms, 'last', instant)
-- Until its holder says that all is well, this commit may be torn.
if not torn then redis.call('HSET', state, 'torn', instant) end

local answer = { 'locked', tonumber(generation), instant, tonumber(commit), seen or '', tonumber(live),
  unindexed or '', torn or '', window or '' }
for i = 3, #ARGV, 2 do
  local sync, fence = ARGV[i], ARGV[i + 1]
  local highest, run, began = unpack(redis.call('HMGET', state, 'fence:' .. sync, 'run:' .. sync, 'began:' .. sync))
  local fenced = highest and tonumber(fence) < tonumber(highest)
  if not fenced and fence ~= highest then redis.call('HSET', state, 'fence:' .. sync, fence) end
  answer[#answer + 1] = { fenced and highest or '', run or '', began or '' }
end
return answer
