-- Results of commands.
-- ARGV[1]  environment, ids
-- Returns  for each its result (see result_of), or nil

local results = {}
for i, id in ipairs(args.ids) do results[i] = result_of(args.environment, id) or false end
return results
