-- ARGV[1]  events: list of { type, environment, data }
for _, it in ipairs(args.events) do emit(it.type, it.environment, it.data) end
trim_events()
