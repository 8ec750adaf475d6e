-- Makes the schedules of one sync that are not there yet. Those that are not paused or blocked run at once.
-- ARGV[1]  def, variant ('base': the base schedules), paused, command ('' = none), times (of cron: see first_slot),
--          schedules: list of { id, connection, uid, blocked (JSON text, '' = not blocked) }
-- Returns  for each 'created', 'exists', 'repeated' (this command has made it) or 'cleaning' (streams of an earlier one have yet
--          to be emptied); or only { 'undefined' }: there is no such definition

local definition = load_definition(args.def)
if not definition then return { 'undefined' } end

local cleaning = base .. 'cleaning:' .. definition.environment
local is_base = args.variant == 'base'

local made = 0
local function create(id, connection, uid, blocked)
  local key = base .. 's:' .. id
  local command = redis.call('HGET', key, 'command')
  if command and command == args.command then return 'repeated' end
  if redis.call('EXISTS', key) == 1 then return 'exists' end
  if redis.call('HEXISTS', cleaning, id) == 1 then return 'cleaning' end

  local schedule = new_schedule(id, definition)
  change(schedule, {
    def = args.def, connection = connection, uid = uid, next_at = first_slot(id, definition, args.times),
    created_at = args.now, variant = is_base and '' or args.variant, state = args.paused and 'PAUSED' or '', blocked = blocked,
    command = args.command, number = redis.call('GET', base .. 'last:' .. id) or '',
  })
  if not is_base then add_variant(schedule) end
  if takes_slots(schedule) then request_run(schedule, 'schedule') else watch(schedule) end
  place_one(schedule)
  made = made + 1
  return 'created'
end

local results = {}
for i, row in ipairs(args.schedules) do results[i] = create(unpack(row)) end
if made > 0 then
  redis.call('HINCRBY', definition.key, is_base and 'schedules' or 'variants', made)
end
place_environments()
write_counts()
return results
