-- Keeps the lease of an attempt and shows its counts.
-- ARGV[1]  run, attempt, leaseMs, counts (JSON array)
-- Returns  '' or why the attempt has to stop

local run = load_run(args.run)
local reason = stale(run, args.attempt)
if reason then return reason end
change(run, { counts = args.counts })
redis.call('ZADD', LEASES, args.now + args.leaseMs, run.id)
return ''
