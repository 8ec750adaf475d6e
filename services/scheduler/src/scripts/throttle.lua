-- Puts the run of a throttled attempt back into the queue, to be requested again when its API lets it go on. It keeps its id
-- and number, so that what spans its attempts goes on: delete tracking, an emptying, the instant of its start. The next
-- attempt has its number from here on: a second report of this one is ignored, like all else that it may still send.
-- Runs that were told the same time come back one after the other, so that those of other APIs begin in between:
-- 1/`resumesPerSecond` of a second lies between two of them.
-- ARGV[1]  run, attempt, reason, resumeAt, hasBegun, counts (JSON array), lastLines (JSON array), maxThrottledMs,
--          resumesPerSecond
-- Returns  'queued', 'failed' (it has waited for too long in all), or why the report was ignored

local SHORTEST_MS = 1000
local TIMES_TRIED = 2000

local run = load_reported(args.run)
local reason = stale(run, args.attempt)
if reason then return reason end

local schedule = load_schedule(run.schedule)
local not_before = math.max(args.resumeAt, args.now + SHORTEST_MS)
local gap = math.ceil(1000 / args.resumesPerSecond)
for _ = 1, TIMES_TRIED do
  if redis.call('ZCOUNT', OUTBOX, '(' .. (not_before - gap), '(' .. (not_before + gap)) == 0 then break end
  not_before = not_before + gap
end
local throttled_ms = (tonumber(run.throttled_ms) or 0) + not_before - args.now
if args.hasBegun then change(run, { has_begun = 1, counts = args.counts }) end
if throttled_ms > args.maxThrottledMs then
  local hours = math.floor(args.maxThrottledMs / 3600000)
  change(run, { last_lines = args.lastLines })
  local error = 'its API made it wait for more than ' .. hours .. ' hours in all: ' .. args.reason
  end_run(run, schedule, { outcome = 'FAILED', error = error })
  go_on(schedule)
  return 'failed'
end

change(run, {
  state = 'QUEUED', attempt = tonumber(run.attempt) + 1, throttles = tonumber(run.throttles) + 1,
  throttled_ms = throttled_ms, throttled_reason = args.reason, not_before = not_before,
})
redis.call('SADD', THROTTLED, run.id)
redis.call('ZADD', OUTBOX, not_before, request_of(run))
redis.call('ZADD', LEASES, not_before + args.queueTimeoutMs, run.id)
return 'queued'
