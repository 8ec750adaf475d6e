-- Which of some schedules belong to some definitions.
-- ARGV[1]  ids (back to back), defs (list)
-- Returns  of those schedules that have one of these definitions: list of { id, def, connection, uid, variant }

local wanted, owners = {}, {}
for _, def in ipairs(args.defs) do wanted[def] = true end
for _, id in ipairs(ids_of(args.ids)) do
  local fields = redis.call('HMGET', base .. 's:' .. id, 'def', 'connection', 'uid', 'variant')
  if fields[1] and wanted[fields[1]] then
    owners[#owners + 1] = { id, fields[1], fields[2], fields[3], fields[4] or 'base' }
  end
end
return owners
