-- What is known of schedules.
-- ARGV[1]  ids
-- Returns  see all_facts in facts.lua: a row for each id

local rows = {}
for i, id in ipairs(args.ids) do rows[i] = schedule_row(id) end
return all_facts(rows)
