-- The sync was deployed again: its default frequency applies where there is no override, and its models are added.
-- ARGV[1]  id, default, models (JSON array), nextAt (by the new default)

local schedule = load_schedule(args.id)
if not schedule then return end
if schedule.frequency == '' and schedule.default ~= args.default then change(schedule, { next_at = args.nextAt }) end
change(schedule, { default = args.default, models = args.models })
place(schedule)
