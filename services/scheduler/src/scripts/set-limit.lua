-- set-limit
-- How many runs of an environment, or of one of its integrations, may be in flight, and their share beside others.
-- ARGV[1]  environment, integration ('' = the environment itself), maxRuns and weight ('' = the default)
-- Returns  1 if something has changed, else 0

local is_environment = args.integration == ''
local key = is_environment and base .. 'env:' .. args.environment
  or base .. 'int:' .. args.environment .. '/' .. args.integration
local limit = load(key) or { key = key }
if number(limit.max_runs) == number(args.maxRuns) and number(limit.weight) == number(args.weight) then return 0 end

change(limit, { max_runs = args.maxRuns, weight = args.weight })
if not is_environment then let_in_of_integration(args.environment, args.integration) end
let_in_environment(args.environment)
return 1
