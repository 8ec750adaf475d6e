-- trigger
-- One more run of each schedule, also of paused ones, which stay paused.
-- ARGV[1]  ids (back to back), command, reset, emptyCache (only with reset)
-- Returns  { missing (ids, back to back; if there are any, nothing was done), stops: see cancel_run }

local ids = ids_of(args.ids)
local missing, stops = missing_of(ids), {}
if missing ~= '' then return { missing, {} } end

for _, id in ipairs(ids) do
  local schedule = load_schedule(id)
  if not repeated(schedule) then
    if args.reset then
      stops[#stops + 1] = cancel_run(schedule, 'cancelled by a reset')
      change(schedule, { checkpoint = '', last_sync_at = '' })
      if args.emptyCache then change(schedule, { empty_cache = '1' }) end
    end
    request_run(schedule, 'trigger')
    place_one(schedule)
  end
end
place_environments()
write_counts()
return { '', stops }
