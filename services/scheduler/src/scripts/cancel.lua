-- Ends the active run as CANCELLED, and drops the one that waits behind it. The schedule goes on at its next slot.
-- ARGV[1]  id, run ('' = whichever is active), reason, command
-- Returns  JSON { result ('cancelled', 'idle' (there is no such run), 'repeated', 'gone'), stops }

local function answer(result, stop)
  return cjson.encode({ result = result, stops = { stop }, wake = wake and 1 or 0 })
end

local schedule = load_schedule(args.id)
if not schedule then return answer('gone') end
if repeated(schedule) then return answer('repeated') end
if not schedule.active or (args.run ~= '' and active_run(schedule) ~= args.run) then return answer('idle') end
change(schedule, { pending = '' })
return answer('cancelled', cancel_run(schedule, args.reason))
