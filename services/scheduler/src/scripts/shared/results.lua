-- Results of commands, for those who ask later and for commands that come again. Put after prelude.lua. Those of an environment are
-- kept for a day, and at most RESULTS_MAX of them: then the oldest are forgotten.

local RESULTS_MAX, RESULTS_KEPT_MS, FORGOTTEN_AT_ONCE = 100000, 86400000, 200

local function finished_key(environment) return base .. 'finished:' .. environment end
local function results_key(environment) return base .. 'results:' .. environment end

-- JSON text, '' = it is done and there is no more to say; nil if the command is not known.
local function result_of(environment, id)
  if not redis.call('ZSCORE', finished_key(environment), id) then return nil end
  return redis.call('HGET', results_key(environment), id) or ''
end

local function finish(environment, id, result)
  redis.call('ZADD', finished_key(environment), args.now, id)
  if result ~= '' then redis.call('HSET', results_key(environment), id, result) end
end

-- A script that finishes commands ends with this. It forgets more than one script finishes.
local function forget_results(environment)
  local key = finished_key(environment)
  local surplus = redis.call('ZCARD', key) - RESULTS_MAX
  local old = surplus > 0 and redis.call('ZRANGE', key, 0, math.min(surplus, FORGOTTEN_AT_ONCE) - 1)
    or redis.call('ZRANGEBYSCORE', key, '-inf', args.now - RESULTS_KEPT_MS, 'LIMIT', 0, FORGOTTEN_AT_ONCE)
  if #old > 0 then
    redis.call('ZREM', key, unpack(old))
    redis.call('HDEL', results_key(environment), unpack(old))
  end
  redis.call('PEXPIRE', key, RESULTS_KEPT_MS)
  redis.call('PEXPIRE', results_key(environment), RESULTS_KEPT_MS)
end
