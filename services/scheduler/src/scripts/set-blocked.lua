-- Stops the slots of a schedule, or lets them run again; then a run comes at `resumeAt`. STARTED and PAUSED stay as they are,
-- and what a person asks for runs all the same.
-- ARGV[1]  id, blocked (JSON text, '' = not blocked), resumeAt, missed (slots that passed meanwhile)
-- Returns  'done', 'unchanged' or 'gone'

local schedule = load_schedule(args.id)
if not schedule then return 'gone' end
if schedule.blocked == args.blocked then return 'unchanged' end

change(schedule, { blocked = args.blocked })
if takes_slots(schedule) then
  change(schedule, { next_at = args.resumeAt, skipped = tonumber(schedule.skipped) + args.missed })
elseif args.blocked ~= '' and schedule.pending_trigger == 'schedule' then
  change(schedule, { pending_trigger = '' })
end
place(schedule)
return 'done'
