-- What a call of the connection would have to wait now. Changes nothing but what is over.
-- Returns  ms; 0 = it may go now

local refused_until = connection_opens()
if refused_until > now then return ms_until(refused_until) end
if ahead_in({ WAITING }) < free then return '0' end
return ms_until(likely_at())
