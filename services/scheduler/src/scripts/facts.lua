-- What ../schedules/freshness.ts needs to know of schedules, as ../store/facts.ts reads it. Put after queue.lua.

-- A runner sends a heartbeat every few seconds.
local function runners_alive()
  local alive, slots, busy = 0, 0, 0
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', RUNNERS, args.now - limits.leaseMs, '+inf')) do
    local own = redis.call('HMGET', base .. 'runner:' .. id, 'slots', 'reserved_slots')
    alive = alive + 1
    slots = slots + number(own[1]) + number(own[2])
    for _, held in ipairs(redis.call('HVALS', base .. 'on:' .. id)) do
      if held ~= 'parked' then busy = busy + 1 end
    end
  end
  return { alive, slots, busy }
end

-- When the run of a full environment started that was requested first of those that run; 0 = not found among the first.
local OLDEST_OF = 50
local function oldest_start(environment)
  for _, id in ipairs(redis.call('ZRANGE', base .. 'active:' .. environment, 0, OLDEST_OF - 1)) do
    local run = redis.call('HMGET', base .. 'r:' .. id, 'state', 'started_at')
    if run[1] == 'RUNNING' then return number(run[2]) end
  end
  return 0
end

local function limit_row(name, limit, oldest)
  return { name, limit.running, limit.max == math.huge and 0 or limit.max, oldest }
end

local definitions_seen, environments_seen, integrations_seen = {}, {}, {}
local definition_rows, environment_rows, integration_rows = {}, {}, {}

local function see_definition(id)
  if definitions_seen[id] then return end
  definitions_seen[id] = true
  local flat = redis.call('HGETALL', base .. 'sync:' .. id)
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  definition_rows[#definition_rows + 1] = { id, flat }
  local environment, integration = fields.environment, fields.integration
  if not environment then return end
  if not environments_seen[environment] then
    environments_seen[environment] = true
    local limit = environment_limit(environment)
    environment_rows[#environment_rows + 1] =
      limit_row(environment, limit, is_full(limit) and oldest_start(environment) or 0)
  end
  local name = environment .. '/' .. integration
  if not integrations_seen[name] then
    integrations_seen[name] = true
    integration_rows[#integration_rows + 1] = limit_row(name, integration_limit(environment, integration), 0)
  end
end

-- { id, fields, long fields, fields of the active run, the newest run that ended }; only the id if there is no such schedule.
local function schedule_row(id)
  local flat = redis.call('HGETALL', base .. 's:' .. id)
  if #flat == 0 then return { id } end
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  see_definition(fields.def)
  return {
    id, flat,
    fields.long and redis.call('HGETALL', base .. 't:' .. id) or {},
    fields.active and redis.call('HGETALL', base .. 'r:' .. id .. '-' .. fields.number) or {},
    redis.call('LINDEX', base .. 'h:' .. id, 0) or '',
  }
end

local function all_facts(rows)
  return {
    rows, definition_rows, environment_rows, integration_rows, runners_alive(), redis.call('GET', base .. 'downtime') or '',
  }
end
