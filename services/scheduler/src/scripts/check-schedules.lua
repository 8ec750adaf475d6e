-- check-schedules
-- Compares schedules of one sync with what the catalog says. Changes nothing.
-- ARGV[1]  def, ids (back to back), blocked (map: place in `ids` from 1 → JSON text of those that have to be blocked)
-- Returns  nil: there is no such definition; or those that differ: their places in `ids` and how, one after the other: 'missing', 'blocked', 'place' (it has another
--          definition, or its next slot is further away than two of its slots are)

local DAYLIGHT_SAVING_MS = 3600 * 1000

local definition = load_definition(args.def)
if not definition then return false end

local far = args.now + number(definition.longest_ms) + number(definition.jitter_ms) + DAYLIGHT_SAVING_MS
if definition.interval_ms then far = args.now + number(definition.interval_ms) end
local blocked = args.blocked
local differing, count = {}, 0

-- Most are in order, which few fields tell.
local text, key = args.ids, base .. 's:'
for place = 1, #text / ID_CHARS do
  local id = string.sub(text, (place - 1) * ID_CHARS + 1, place * ID_CHARS)
  local fields = redis.call('HMGET', key .. id, 'def', 'next_at', 'blocked')
  local how
  if not fields[1] then
    how = 'missing'
  elseif (fields[3] or nil) ~= blocked[tostring(place)] then
    how = 'blocked'
  elseif fields[1] ~= args.def then
    how = 'place'
  elseif number(fields[2]) > far then
    local schedule = load_schedule(id)
    local longest = schedule.frequency and tonumber(schedule.interval_ms or schedule.longest_ms)
    if takes_slots(schedule) and not (longest and number(schedule.next_at) <= args.now + longest + DAYLIGHT_SAVING_MS) then
      how = 'place'
    end
  end
  if how then
    differing[count + 1], differing[count + 2] = place, how
    count = count + 2
  end
end
return differing
