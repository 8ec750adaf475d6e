-- What has changed in the schedules of an environment, for a list of them in memory. Put after facts.lua.
-- ARGV[1]  environment, after (id of the last change that was read, '' = none), limit (changes), definitions (numbers: to be told
--          of, beside those of what has changed), keptMs (how long changes are kept when nobody asks)
-- Returns  { last (id of the last change), behind (1: changes before it are not known: all schedules have to be read),
--          more (1: there are further ones), jumps (of the clock), facts of what has changed: see all_facts }

local key = base .. 'changes:' .. args.environment
local jumps = number(redis.call('GET', base .. 'jumps'))
for _, id in ipairs(args.definitions) do see_definition(id) end

-- The last one is read again: if it is not there, others may be missing too.
local entries = args.after ~= '' and redis.call('XRANGE', key, args.after, '+', 'COUNT', args.limit + 1) or {}
local is_behind = #entries == 0 or entries[1][1] ~= args.after
local last = is_behind and redis.call('XADD', key, '*', 's', '') or entries[#entries][1]
redis.call('PEXPIRE', key, args.keptMs)
if is_behind then return { last, 1, 0, jumps, all_facts({}) } end

local rows, seen = {}, { [''] = true }
for i = 2, #entries do
  local id = entries[i][2][2]
  if not seen[id] then
    seen[id] = true
    rows[#rows + 1] = schedule_row(id)
  end
end
return { last, 0, #entries > args.limit and 1 or 0, jumps, all_facts(rows) }
