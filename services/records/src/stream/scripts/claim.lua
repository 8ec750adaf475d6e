-- Grants the write lease of a stream for one commit, and reserves the commit's instant. All instants of a stream come
-- from here: there is one clock, and it never repeats or goes back, even if the time of Redis does. A commit may hold
-- changes of several writers. Those with an old fence are named, the others may write. A claim that is repeated with
-- its token, because the first answer was lost, is granted again.
-- KEYS: 1 state of the stream
-- ARGV: 1 token of the holder, 2 length of the lease (ms), 3 how long the state is kept without a claim (s),
--       4 place of the caller's shard, then for each writer: its sync, its fence
-- Returns: {'moved', place} the stream is on another shard
--          {'busy', ms until the lease of its holder ends}
--          {'unknown'} the state was never loaded, or was lost
--          {'granted', generation, instant, end of the lease (ms), instant of the last commit or 0, instant of the last
--           save without a change or '', live records, instant since which record_head is behind or '', instant of a
--           commit that is in doubt or '', start of the delete-tracking window or '', why the pass of that window is not
--           complete or '', 'held' if a deletion was held back, 'released' if the next pass may delete it, or '',
--           then for each writer: {highest fence if its own is lower or '', last run of its sync or '', start of that run
--           or '', why the pass of that run is not complete or ''}}
local state, token, lease_ms, keep_s = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local generation, last, commit, unchanged, live, behind, holder, held_until, doubt, window, incomplete, deletion, released,
  wanted, place = unpack(redis.call('HMGET', state, 'generation', 'last', 'commit', 'unchanged', 'live', 'heads_behind',
  'holder', 'held_until', 'in_doubt', 'window', 'incomplete', 'held_deletion', 'released', 'wanted', 'place'))
if place and place ~= ARGV[4] then return { 'moved', tonumber(place) } end
-- The clock of Redis was set back: a holder that has died would have the lease until the clock has come so far again.
if held_until and tonumber(held_until) > now + lease_ms then
  held_until = now + lease_ms
  redis.call('HSET', state, 'held_until', held_until)
end
if held_until and tonumber(held_until) > now and holder ~= token then
  -- Written once: a busy lease may be asked for many times a second.
  if not wanted then redis.call('HSET', state, 'wanted', 1) end
  return { 'busy', tonumber(held_until) - now }
end
if not generation or not commit then return { 'unknown' } end

local instant = math.max(now, tonumber(last) + 1)
redis.call('HSET', state, 'holder', token, 'held_until', now + lease_ms, 'last', instant)
-- Until its holder says how it ended, this commit is in doubt.
if not doubt then redis.call('HSET', state, 'in_doubt', instant) end
if redis.call('TTL', state) < keep_s / 2 then redis.call('EXPIRE', state, keep_s) end

local answer = { 'granted', tonumber(generation), instant, now + lease_ms, tonumber(commit), unchanged or '',
  tonumber(live), behind or '', doubt or '', window or '', incomplete or '',
  released and 'released' or deletion and 'held' or '' }
for i = 5, #ARGV, 2 do
  local sync, fence = ARGV[i], ARGV[i + 1]
  local highest, run, began, mark = unpack(redis.call('HMGET', state, 'fence:' .. sync, 'run:' .. sync, 'began:' .. sync,
    'incomplete:' .. sync))
  local fenced = highest and tonumber(fence) < tonumber(highest)
  if not fenced and fence ~= highest then redis.call('HSET', state, 'fence:' .. sync, fence) end
  -- The mark may be of an earlier run.
  local prefix = (run or '') .. ' '
  local reason = mark and string.sub(mark, 1, #prefix) == prefix and string.sub(mark, #prefix + 1)
  answer[#answer + 1] = { fenced and highest or '', run or '', began or '', reason or '' }
end
return answer
