-- Makes the definition of a sync what the catalog says. Models are only added: records of older versions are removed with the
-- schedules.
-- ARGV[1]  environment, integration, sync, fields (map; '' = absent), models (list)
-- Returns  { number, placing (text for finish-placing; '' = the slots of all its schedules are where its frequency has them),
--          more (1: call again, there are more runs that waited for a limit which is higher now) }

local name = args.environment .. '/' .. args.integration .. '/' .. args.sync
local id = redis.call('HGET', base .. 'syncs', name)
local definition = id and load_definition(id)
local is_new = not definition
if is_new then
  id = id or string.format('%.0f', redis.call('INCR', base .. 'last-sync'))
  redis.call('HSET', base .. 'syncs', name, id)
  definition = { key = base .. 'sync:' .. id }
  definitions[id] = definition
  change(definition, { environment = args.environment, integration = args.integration, sync = args.sync })
end

local differing = {}
for field, value in pairs(args.fields) do
  local text = type(value) == 'number' and string.format('%.0f', value) or value
  if (definition[field] or '') ~= text then differing[field] = value end
end

local models, known = definition.models and cjson.decode(definition.models) or {}, {}
for _, model in ipairs(models) do known[model] = true end
local count_before = #models
for _, model in ipairs(args.models) do
  if not known[model] then models[#models + 1] = model end
end
if #models > count_before or not definition.models then
  differing.models = #models > 0 and cjson.encode(models) or '[]'
end
change(definition, differing)

-- What slots, and the freshness of overrides, follow from.
local placing = definition.frequency .. '|' .. (definition.jitter_ms or '') .. '|' .. (definition.fresh or '')
if is_new then change(definition, { placed = placing }) end

local let_in = let_in_of_sync(id)
return { id, definition.placed == placing and '' or placing, let_in == LET_IN_MAX and 1 or 0 }
