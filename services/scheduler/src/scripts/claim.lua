-- Takes what is due of one schedule. Any number of schedulers may try: one gets it.
-- ARGV[1]  id, slot (`next_at` as the caller read it), nextAt (the slot after it), missed (slots that passed between)
-- Returns  'run' (one was created), 'overlap' (slot skipped: a run is active), 'full' (stays due), 'lost' (not due)

local schedule = load_schedule(args.id)
if not schedule then
  redis.call('ZREM', DUE, args.id)
  return 'lost'
end

if schedule.pending_trigger ~= '' and schedule.active == '' then
  if full() then return 'full' end
  begin_run(schedule, schedule.pending_trigger)
  place(schedule)
  return 'run'
end

local taken = not takes_slots(schedule) or tonumber(schedule.next_at) ~= args.slot or args.slot > args.now
if taken then
  place(schedule)
  return 'lost'
end

local overlap = schedule.active ~= ''
if not overlap and full() then return 'full' end
change(schedule, {
  next_at = args.nextAt,
  skipped = tonumber(schedule.skipped) + args.missed + (overlap and 1 or 0),
})
if not overlap then begin_run(schedule, 'schedule') end
place(schedule)
return overlap and 'overlap' or 'run'
