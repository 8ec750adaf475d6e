-- Keeps the result of a command. A result that is there stays, unless the command was unfinished.
-- ARGV[1]  environment, id, result (see result_of), unfinished (JSON text of that result)

local known = result_of(args.environment, args.id)
if known and known ~= args.unfinished then return 0 end
if known then redis.call('HDEL', results_key(args.environment), args.id) end
finish(args.environment, args.id, args.result)
forget_results(args.environment)
return 1
