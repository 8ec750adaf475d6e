-- The ends of attempts, as their runners report them. A second report, or one of an attempt that was taken over, has no effect: so
-- if the answer is lost, the runner may report again.
-- ARGV[1]  reports: list of { run, attempt, outcome, error, counts and lastLines (JSON arrays), heldBack, hasBegun, version
--          ('' = not known); of THROTTLED:
--          resumeAt, maxThrottledMs; of HANDED_BACK: handBack ('draining', 'store_unavailable') }
-- Returns  JSON list, of each { ignored (why; '' = it had its effect), outcome (of the run; '' = it goes on), error,
--          until_ms (when it goes on), wake, environment, integration, sync } or { fault }

local SHORTEST_MS = 1000
local UNAVAILABLE_MAX_MS = 30000

local function ended(run, schedule, report, answer, outcome, error)
  answer.outcome, answer.error = outcome, error
  end_run(run, schedule, { outcome = outcome, error = error, lastLines = report.lastLines, heldBack = report.heldBack })
  if schedule then go_on(schedule) end
end

local function throttled(run, schedule, report, answer)
  local not_before = math.max(report.resumeAt, args.now + SHORTEST_MS)
  local throttled_ms = number(run.throttled_ms) + not_before - args.now
  if throttled_ms > report.maxThrottledMs then
    local hours = math.floor(report.maxThrottledMs / 3600000)
    local error = 'its API made it wait for more than ' .. hours .. ' hours in all: ' .. report.error
    return ended(run, schedule, report, answer, 'FAILED', error)
  end
  release(run)
  change(run, {
    throttles = number(run.throttles) + 1, throttled_ms = throttled_ms, throttled_reason = report.error, hand_back = '',
  })
  delay(run, not_before)
  answer.until_ms = not_before
  if not schedule or not schedule.definition then return end
  local data = names(schedule)
  data.run, data.attempt, data.reason, data.until_ms = run.id, number(run.attempt), report.error, not_before
  emit('run.throttled', run.environment, data)
end

-- The runs of one outage come back one after the other: each waits longer than the time before.
local function unavailable(run, schedule, report, answer)
  local times = run.progressed and 0 or number(run.unavailable)
  local since = run.progressed and args.now or number(run.unavailable_since or args.now)
  if args.now - since > limits.queueTimeoutMs then
    local minutes = math.floor(limits.queueTimeoutMs / 60000)
    local error = 'a service did not answer its runners for ' .. minutes .. ' minutes: ' .. report.error
    return ended(run, schedule, report, answer, 'LOST', error)
  end
  release(run)
  change(run, { hand_back = report.handBack, unavailable = times + 1, unavailable_since = since })
  answer.until_ms = args.now + math.min(UNAVAILABLE_MAX_MS, SHORTEST_MS * 2 ^ times)
  delay(run, answer.until_ms)
end

local function end_attempt(report)
  local run = load_run(report.run)
  local reason = refusal(run, report.attempt)
  if reason then return { ignored = reason } end

  local schedule = load_schedule(schedule_of(run.id))
  local answer = {
    ignored = '', outcome = '', error = report.error, environment = run.environment, integration = run.integration,
    sync = schedule and schedule.definition and schedule.definition.sync,
  }
  local goes_on = report.outcome == 'THROTTLED' or report.outcome == 'HANDED_BACK'
  if not goes_on then
    -- It is packed when it ends.
    run.counts = report.counts
    if report.hasBegun then run.has_begun = '1' end
    if report.version ~= '' then run.version = report.version end
    ended(run, schedule, report, answer, report.outcome, report.error)
    return answer
  end
  if report.version ~= '' then change(run, { version = report.version }) end
  if report.hasBegun then change(run, { has_begun = '1', counts = report.counts }) end
  if report.outcome == 'THROTTLED' then
    throttled(run, schedule, report, answer)
  elseif report.handBack == 'store_unavailable' then
    unavailable(run, schedule, report, answer)
  else
    change(run, { hand_back = report.handBack })
    if not try_again(run, schedule, 'its runner handed it back: ' .. report.error) then answer.outcome = 'LOST' end
  end
  return answer
end

local answers = {}
for i, report in ipairs(args.reports) do
  wake = false
  -- A fault in one must not stop the others.
  local done, answer = pcall(end_attempt, report)
  answers[i] = done and answer or { fault = tostring(answer) }
  answers[i].wake = wake and 1 or 0
end
write_counts()
return cjson.encode(answers)
