-- Limits, what they hold, and the runners.
-- ARGV[1]  environment, integrations (names), syncs (names: '<integration>/<sync>')
-- Returns  { environment, integrations, syncs, runners, lanes }: limits as { name, max (0 = none), running, waiting, weight };
--          runners as { id, sandbox, slots, reserved, busy, seen }; lanes as { triggered, first, fresh }, what waits in each

local function row(name, limit)
  return { name, limit.max == math.huge and 0 or limit.max, limit.running, limit.waiting, tonumber(limit.weight) or 1 }
end

local integrations, syncs, runners = {}, {}, {}
for i, name in ipairs(args.integrations) do integrations[i] = row(name, integration_limit(args.environment, name)) end
for _, name in ipairs(args.syncs) do
  local id = redis.call('HGET', base .. 'syncs', args.environment .. '/' .. name)
  local limit = id and sync_limit(id)
  if limit then syncs[#syncs + 1] = row(name, limit) end
end

local seen = redis.call('ZRANGEBYSCORE', RUNNERS, args.now - limits.leaseMs, '+inf', 'WITHSCORES')
for i = 1, #seen, 2 do
  local id, busy = seen[i], 0
  for _, held in ipairs(redis.call('HVALS', base .. 'on:' .. id)) do
    if held ~= 'parked' then busy = busy + 1 end
  end
  local own = redis.call('HMGET', base .. 'runner:' .. id, 'sandbox', 'slots', 'reserved_slots')
  runners[#runners + 1] = { id, own[1] or '', number(own[2]), number(own[3]), busy, seen[i + 1] }
end

local environment = environment_limit(args.environment)
local lanes = {}
for i, lane in ipairs({ 'triggered', 'first', 'fresh' }) do lanes[i] = number(environment['waiting_' .. lane]) end
return { row(args.environment, environment), integrations, syncs, runners, lanes }
