-- The connection's calls stop asking and come back later. It keeps its place in the queue, or gets one now.
-- Returns  ms after which it should come back

local refused_until = connection_opens()
if refused_until > now then return ms_until(refused_until) end
local wait = put_away(likely_at())
store()
return tostring(math.ceil(wait))
