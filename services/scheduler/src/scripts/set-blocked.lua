-- Stops the slots of schedules whose connections need new credentials, or lets them run again: then a run comes within
-- `resumeWithinMs`. STARTED and PAUSED stay as they are, and what a person asks for runs all the same.
-- ARGV[1]  schedules: list of { id, blocked (JSON text, '' = not blocked) }, resumeWithinMs, cron (see passed_slots)
-- Returns  { changed (ids, back to back), cron: list of schedules whose slots have to be given: see cron_of }

local changed, cron = {}, {}
for _, row in ipairs(args.schedules) do
  local id, blocked = row[1], row[2]
  local schedule = load_schedule(id)
  if schedule and (schedule.blocked or '') ~= blocked then
    local resumes = blocked == '' and schedule.state ~= 'PAUSED'
    local count, last
    if resumes then count, last = passed_slots(schedule) end
    if resumes and not count then
      cron[#cron + 1] = cron_of(schedule)
    else
      if resumes then
        skip(schedule, number(schedule.next_at), last, count, 'needs_reauth')
        change(schedule, { next_at = args.now + spread(id, args.resumeWithinMs) })
      end
      change(schedule, { blocked = blocked })
      if blocked ~= '' then
        -- What nobody has asked for does not run.
        if schedule.pending == 'schedule' then change(schedule, { pending = '', pending_number = '' }) end
        watch(schedule)
      end
      place_one(schedule)
      changed[#changed + 1] = id
    end
  end
end
place_environments()
return { table.concat(changed), cron }
