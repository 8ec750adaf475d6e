-- A runner takes a run: for the first time, or over from a runner that died.
-- ARGV[1]  run, runner, sandbox, leaseMs, maxAttempts
-- Returns  JSON { kind = 'started', run, schedule } (their fields), { kind = 'refused', reason } or
--          { kind = 'exhausted', attempt } when it was taken too often

local run = load_run(args.run)
local refusal = stale(run, run and run.attempt)
if refusal then return cjson.encode({ kind = 'refused', reason = refusal }) end
if tonumber(run.attempt) >= args.maxAttempts then
  return cjson.encode({ kind = 'exhausted', attempt = tonumber(run.attempt) })
end

change(run, { state = 'RUNNING', attempt = tonumber(run.attempt) + 1, runner = args.runner, sandbox = args.sandbox })
if run.started_at == '0' then change(run, { started_at = args.now }) end
redis.call('ZADD', LEASES, args.now + args.leaseMs, run.id)
return cjson.encode({ kind = 'started', run = run, schedule = load_schedule(run.schedule) })
