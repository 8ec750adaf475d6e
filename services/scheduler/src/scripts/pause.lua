-- STARTED → PAUSED. A run that a runner has taken goes on; one that waits is cancelled.
-- ARGV[1]  ids (back to back), command
-- Returns  { missing (ids, back to back; if there are any, nothing was done), cancelled (how many runs were) }

local ids = ids_of(args.ids)
local missing, cancelled = missing_of(ids), 0
if missing ~= '' then return { missing, 0 } end

for _, id in ipairs(ids) do
  local schedule = load_schedule(id)
  if not repeated(schedule) and schedule.state ~= 'PAUSED' then
    change(schedule, { state = 'PAUSED', paused_at = args.now, pending = '', pending_number = '', retry_at = '' })
    local run = load_run(active_run(schedule))
    if run and run.state == 'QUEUED' then
      cancel_run(schedule, 'the schedule was paused while the run waited')
      cancelled = cancelled + 1
    end
    watch(schedule)
    place_one(schedule)
    local data = names(schedule)
    data.reason = 'a command paused it'
    emit('sync.paused', schedule.definition.environment, data)
  end
end
place_environments()
write_counts()
return { '', cancelled }
