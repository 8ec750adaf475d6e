-- A runner takes a run: for the first time, again after it was throttled, or over from a runner that died.
-- ARGV[1]  run, throttles (of the request that the runner has), runner, sandbox, leaseMs, maxAttempts
-- Returns  JSON { kind = 'started', run, schedule } (their fields), { kind = 'refused', reason } or
--          { kind = 'exhausted', attempt } when it was taken too often

local run = load_run(args.run)
local refusal = stale(run, run and run.attempt)
if not refusal and args.throttles ~= tonumber(run.throttles) then
  -- The message came again although the report of its attempt was settled: the runner died before the acknowledgement.
  refusal = 'it was throttled, and is requested again'
end
if refusal then return cjson.encode({ kind = 'refused', reason = refusal }) end
-- The attempt that follows a throttled one has its number already.
local attempt = tonumber(run.attempt) + ((run.state == 'RUNNING' or run.throttles == '0') and 1 or 0)
if attempt - args.throttles > args.maxAttempts then
  return cjson.encode({ kind = 'exhausted', attempt = tonumber(run.attempt) })
end

-- Nobody knows how far an attempt came that was taken over.
if run.state == 'RUNNING' then change(run, { has_begun = 1 }) end
change(run, { state = 'RUNNING', attempt = attempt, runner = args.runner, sandbox = args.sandbox })
redis.call('SREM', THROTTLED, run.id)
if run.started_at == '0' then change(run, { started_at = args.now }) end
redis.call('ZADD', LEASES, args.now + args.leaseMs, run.id)
return cjson.encode({ kind = 'started', run = run, schedule = load_schedule(run.schedule) })
