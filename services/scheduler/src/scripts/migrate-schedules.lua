-- Writes schedules that were read in the layout of an earlier build. Those that are there already are left alone. A run that
-- was under way, or asked for, begins again.
-- ARGV[1]  schedules: list of { id, def, fields (map; '' = absent), cause (of the run that begins; '' = none), lost (the run that was
--          under way: map of its fields, with its id; absent: none) }
-- Returns  { written, lost (runs that were under way) }

local written, lost = 0, 0

for _, row in ipairs(args.schedules) do
  local definition = load_definition(row.def)
  if definition and redis.call('EXISTS', base .. 's:' .. row.id) == 0 then
    local schedule = new_schedule(row.id, definition)
    change(schedule, { def = row.def })
    change(schedule, row.fields)
    if schedule.variant then add_variant(schedule) end
    redis.call('HINCRBY', definition.key, schedule.variant and 'variants' or 'schedules', 1)
    if row.lost then
      local ending = { outcome = 'LOST', error = 'the scheduler was upgraded while the run was under way' }
      redis.call('LPUSH', base .. 'h:' .. row.id, pack_run(row.lost, ending))
      redis.call('XADD', base .. 'runs:' .. definition.environment, 'MAXLEN', '~', limits.environmentRuns, '*',
        'r', row.lost.id, 'd', row.def, 'o', 'LOST')
      lost = lost + 1
    end
    if row.cause ~= '' then begin_run(schedule, row.cause) end
    if not takes_slots(schedule) then watch(schedule) end
    place_one(schedule)
    written = written + 1
  end
end
place_environments()
write_counts()
return { written, lost }
