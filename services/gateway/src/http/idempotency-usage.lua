-- Before begin-request.lua and settle-request.lua: how many bytes is kept of requests with an Idempotency-Key, of one environment and of
-- all. Each has a hash: bytes; slice: the current one; k<slice>: of keys, a<slice>: of answers that end in these ten minutes. Keys
-- end by themselves. The answers of one environment and slice are one hash.
local SLICE_MS = 600000
local LONGEST_MS = 86400000
-- What Redis needs for a key without its answer.
local KEY_BYTES = 512

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The API key and what is asked for, of the name of what is kept of a request.
local function answer_field(name)
  return string.match(name, '[^:]+:[^:]+$')
end

-- Leaves out what has ended. It is looked for once in a slice.
local function refresh_usage(usage, slice)
  if redis.call('HGET', usage, 'slice') == tostring(slice) then return end
  local all = redis.call('HGETALL', usage)
  local bytes = 0
  for i = 1, #all, 2 do
    local of = tonumber(string.match(all[i], '^[ak](%d+)$'))
    if of and of < slice then
      redis.call('HDEL', usage, all[i])
    elseif of then
      bytes = bytes + tonumber(all[i + 1])
    end
  end
  redis.call('HSET', usage, 'slice', slice, 'bytes', bytes)
  redis.call('PEXPIRE', usage, LONGEST_MS + 2 * SLICE_MS)
end

local function add_usage(usages, field, bytes)
  for _, usage in ipairs(usages) do
    redis.call('HINCRBY', usage, field, bytes)
    redis.call('HINCRBY', usage, 'bytes', bytes)
  end
end

local function fits(usages, limits, bytes)
  for i, usage in ipairs(usages) do
    if tonumber(redis.call('HGET', usage, 'bytes') or 0) + bytes > tonumber(limits[i]) then return false end
  end
  return true
end

local function first_to_end(usage)
  local first
  for _, field in ipairs(redis.call('HKEYS', usage)) do
    local of = tonumber(string.match(field, '^a(%d+)$'))
    if of and (not first or of < first) then first = of end
  end
  return first
end

-- Drops those answers of the environment that end first, until `bytes` fit. Their keys stay, so those requests are not carried out again.
-- Returns whether they fit. `usages`: of the environment, and of all
local function make_room(usages, limits, answers, bytes)
  while not fits(usages, limits, bytes) do
    local slice = first_to_end(usages[1])
    if not slice then return false end
    redis.call('UNLINK', answers .. slice)
    local field = 'a' .. slice
    local freed = tonumber(redis.call('HGET', usages[1], field))
    add_usage(usages, field, -freed)
    redis.call('HDEL', usages[1], field)
  end
  return true
end
