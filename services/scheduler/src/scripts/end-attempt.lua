-- The end of an attempt, as its runner reports it. A second report, or one of an attempt that was taken over, has no effect: so
-- if the answer is lost, the runner may report again.
-- ARGV[1]  run, attempt, outcome, error, counts and lastLines (JSON arrays), heldBack, hasBegun; of THROTTLED: resumeAt,
--          maxThrottledMs; of HANDED_BACK: handBack ('draining', 'store_unavailable')
-- Returns  JSON { ignored (why; '' = it had its effect), outcome (of the run; '' = it goes on), error, until (when it goes on), wake,
--          environment, schedule, sync, attempt, lane }

local SHORTEST_MS = 1000
local UNAVAILABLE_MAX_MS = 30000

local run = load_run(args.run)
local reason = refusal(run, args.attempt)
if reason then return cjson.encode({ ignored = reason }) end

local schedule = load_schedule(schedule_of(run.id))
local answer = { ignored = '', outcome = '', error = args.error, environment = run.environment, integration = run.integration,
  sync = schedule and schedule.definition and schedule.definition.sync, lane = run.lane }

local function ended(outcome, error)
  answer.outcome, answer.error = outcome, error
  end_run(run, schedule, { outcome = outcome, error = error, lastLines = args.lastLines, heldBack = args.heldBack })
  if schedule then go_on(schedule) end
end

local function throttled()
  local not_before = math.max(args.resumeAt, args.now + SHORTEST_MS)
  local throttled_ms = number(run.throttled_ms) + not_before - args.now
  if throttled_ms > args.maxThrottledMs then
    local hours = math.floor(args.maxThrottledMs / 3600000)
    return ended('FAILED', 'its API made it wait for more than ' .. hours .. ' hours in all: ' .. args.error)
  end
  release(run)
  change(run, {
    throttles = number(run.throttles) + 1, throttled_ms = throttled_ms, throttled_reason = args.error, hand_back = '',
  })
  delay(run, not_before)
  answer.until_ms = not_before
  if not schedule then return end
  local data = names(schedule)
  data.run, data.attempt, data.reason, data.until_ms = run.id, number(run.attempt), args.error, not_before
  emit('run.throttled', run.environment, data)
end

-- The runs of one outage come back one after the other: each waits longer than the time before.
local function unavailable()
  local times = run.progressed and 0 or number(run.unavailable)
  local since = run.progressed and args.now or number(run.unavailable_since or args.now)
  if args.now - since > limits.queueTimeoutMs then
    local minutes = math.floor(limits.queueTimeoutMs / 60000)
    return ended('LOST', 'a service did not answer its runners for ' .. minutes .. ' minutes: ' .. args.error)
  end
  release(run)
  change(run, { hand_back = args.handBack, unavailable = times + 1, unavailable_since = since })
  answer.until_ms = args.now + math.min(UNAVAILABLE_MAX_MS, SHORTEST_MS * 2 ^ times)
  delay(run, answer.until_ms)
end

local function handed_back()
  change(run, { hand_back = args.handBack })
  if not try_again(run, schedule, 'its runner handed it back: ' .. args.error) then answer.outcome = 'LOST' end
end

local goes_on = args.outcome == 'THROTTLED' or args.outcome == 'HANDED_BACK'
if not goes_on then
  change(run, { counts = args.counts })
elseif args.hasBegun then
  change(run, { has_begun = '1', counts = args.counts })
end
if args.outcome == 'THROTTLED' then
  throttled()
elseif not goes_on then
  ended(args.outcome, args.error)
elseif args.handBack == 'store_unavailable' then
  unavailable()
else
  handed_back()
end
answer.wake = wake and 1 or 0
return cjson.encode(answer)
