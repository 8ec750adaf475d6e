-- Looks at schedules that may have become stale, or were found stale some time ago. Those that are fresh (again) are settled here;
-- the others are returned, and the caller tells with mark-stale.lua for which reason they are stale. If it dies before that,
-- they are looked at again after `againMs`; so are those that stay stale, as their reasons may change.
--
-- It also notes that a scheduler works now, and when none did for some time.
-- ARGV[1]  limit (schedules), againMs, downMs (a longer pause between two sweeps is a downtime)
-- Returns  see all_facts in facts.lua

local alive_at = number(redis.call('GET', base .. 'alive') or args.now)
if args.now - alive_at > args.downMs then
  redis.call('SET', base .. 'downtime', cjson.encode({ alive_at, args.now }))
end
redis.call('SET', base .. 'alive', args.now)

local function is_fresh_again(schedule)
  local was = forget_stale(schedule)
  if not was or was[4] ~= 1 then return end
  local data = names(schedule)
  data.stale_since = was[3]
  emit('sync.fresh', schedule.definition.environment, data)
end

local rows = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', WATCH, '-inf', args.now, 'LIMIT', 0, args.limit)) do
  local schedule = load_schedule(id)
  if not schedule or not schedule.definition then
    redis.call('ZREM', WATCH, id)
  else
    local fresh_until = number(schedule.fresh_at or schedule.created_at) + fresh_ms_of(schedule)
    if fresh_until > args.now then
      is_fresh_again(schedule)
      redis.call('ZADD', WATCH, fresh_until, id)
    else
      redis.call('ZADD', WATCH, args.now + args.againMs, id)
      rows[#rows + 1] = schedule_row(id)
    end
  end
end
return all_facts(rows)
