-- PAUSED → STARTED, with a run at once. Slots that passed meanwhile are counted.
-- ARGV[1]  ids (back to back), command, cron (see passed_slots)
-- Returns  { missing (ids, back to back; if there are any, nothing was done), cron: see cron_of, runs: [id, connection, sync, variant] of
--          each schedule that this command has started }

local ids = ids_of(args.ids)
local missing, cron, runs = missing_of(ids), {}, {}
if missing ~= '' then return { missing, {}, {} } end

local function add_run(schedule, run)
  runs[#runs + 1] = { run, schedule.connection, schedule.definition.sync, schedule.variant or 'base' }
end

for _, id in ipairs(ids) do
  local schedule = load_schedule(id)
  if schedule.state ~= 'PAUSED' then
    if schedule.command == args.command then add_run(schedule, pending_run(schedule) or last_run(schedule)) end
    repeated(schedule)
  elseif schedule.command ~= args.command then
    local count, last, after = passed_slots(schedule)
    if not count then
      cron[#cron + 1] = cron_of(schedule)
    else
      skip(schedule, number(schedule.next_at), last, count, 'paused')
      change(schedule, {
        state = '', paused_at = '', paused_because = '', failures = '', next_at = after, command = args.command,
      })
      add_run(schedule, request_run(schedule, 'start'))
      place_one(schedule)
      emit('sync.started', schedule.definition.environment, names(schedule))
    end
  end
end
place_environments()
write_counts()
return { '', cron, runs }
