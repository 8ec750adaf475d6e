-- How many runs of an environment, or of one of its integrations, may be in flight, and their share beside others.
-- ARGV[1]  environment, integration ('' = the environment itself), maxRuns and weight ('' = the default)

local limit = args.integration == '' and environment_limit(args.environment)
  or integration_limit(args.environment, args.integration)
change(limit, { max_runs = args.maxRuns, weight = args.weight })
-- An integration that is gone leaves nothing behind.
if not limit.max_runs and not limit.weight and limit.running == 0 and limit.waiting == 0 then
  redis.call('DEL', limit.key)
  return
end
if args.integration ~= '' then let_in_of_integration(args.environment, args.integration) end
let_in_environment(args.environment)
