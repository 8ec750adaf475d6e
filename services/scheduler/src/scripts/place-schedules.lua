-- Moves the next slots of schedules to where their frequency has them: after their sync was deployed again, or after the clock
-- was set back. A slot that is due stays, so that it runs or is counted. The active run goes on.
-- ARGV[1]  def, ids (back to back), times (of cron: see first_slot), overrides (map: id → [next_at, fresh_ms]; those of
--          schedules with a frequency of their own that a call before has returned)
-- Returns  list of { id, frequency }: schedules with a frequency of their own that are not in `overrides`

local definition = load_definition(args.def)
if not definition then return {} end

local overridden = {}
for _, id in ipairs(ids_of(args.ids)) do
  local schedule = load_schedule(id)
  if schedule then
    if schedule.def ~= args.def then
      local count = schedule.variant and 'variants' or 'schedules'
      if schedule.definition then redis.call('HINCRBY', schedule.definition.key, count, -1) end
      redis.call('HINCRBY', definition.key, count, 1)
      change(schedule, { def = args.def })
      schedule.definition = definition
    end
    local next_at
    local override = args.overrides[id]
    if not schedule.frequency then
      next_at = first_slot(id, definition, args.times)
    elseif override then
      next_at = override[1]
      change(schedule, { fresh_ms = override[2] })
    else
      overridden[#overridden + 1] = { id, schedule.frequency }
    end
    if next_at and number(schedule.next_at) > args.now then change(schedule, { next_at = next_at }) end
    place_one(schedule)
  end
end
place_environments()
return overridden
