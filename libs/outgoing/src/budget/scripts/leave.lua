-- The connection's calls stop asking and come back later. It keeps its place in the queue, or gets one now.
-- Returns  ms until a call of it is likely to go

local refused_until = connection_opens()
if refused_until > now then return ms_until(refused_until) end
local likely = likely_at()
-- It may come late, as it has to be started first.
put_entry(AWAY, now + math.min(25 * 3600 * 1000, math.max(MIN_TTL_MS, 2 * (likely - now))))
store()
return ms_until(likely)
