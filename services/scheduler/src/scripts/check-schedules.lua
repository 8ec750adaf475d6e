-- Compares schedules with what the catalog says. Changes nothing.
-- ARGV[1]  groups: list of { def, ids (back to back), blocked (map: place in `ids` from 1 → JSON text of those that have to be
--          blocked) }
-- Returns  those that differ: their places, over all groups from 0, and how, one after the other: 'undefined' (there is no such
--          definition), 'missing', 'blocked', 'place' (it has another definition, or its next slot is too far away)

local DAYLIGHT_SAVING_MS = 3600 * 1000

local differing, count, index = {}, 0, 0

-- The longest time between two slots.
local function longest(interval, gap, definition)
  return tonumber(interval) or number(gap) + number(definition.jitter_ms) + DAYLIGHT_SAVING_MS
end

-- A slot further away than that: the clock was set back.
local function is_far(id)
  local schedule = load_schedule(id)
  if not takes_slots(schedule) then return false end
  local of = schedule.frequency and schedule or schedule.definition
  return number(schedule.next_at) > args.now + longest(of.interval_ms, of.longest_ms, schedule.definition)
end

-- Most are in order, which few fields tell.
local call = redis.call
for _, group in ipairs(args.groups) do
  local def, text, blocked = unpack(group)
  local some_blocked = next(blocked) ~= nil
  local definition = load_definition(def)
  local far = definition and args.now + longest(definition.interval_ms, definition.longest_ms, definition)
  for place = 1, #text / ID_CHARS do
    local id = string.sub(text, (place - 1) * ID_CHARS + 1, place * ID_CHARS)
    local fields = call('HMGET', base .. 's:' .. id, 'def', 'next_at', 'blocked', 'long', 'frequency')
    local is_blocked = fields[3] or fields[4] and call('HGET', base .. 't:' .. id, 'blocked') or nil
    local how
    if not definition then
      how = 'undefined'
    elseif not fields[1] then
      how = 'missing'
    elseif is_blocked ~= (some_blocked and blocked[tostring(place)] or nil) then
      how = 'blocked'
    elseif fields[1] ~= def or (fields[5] or number(fields[2]) > far) and is_far(id) then
      how = 'place'
    end
    if how then
      differing[count + 1], differing[count + 2] = index, how
      count = count + 2
    end
    index = index + 1
  end
end
return differing
