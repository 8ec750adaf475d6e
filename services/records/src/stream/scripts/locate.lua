-- Tells which shard a stream is on, or remembers it. Before a move is decided in the tables it forgets the place, so
-- that the tables are asked: their answer counts only if no move was under way when they were asked.
-- KEYS: 1 state of the stream
-- ARGV: 1 place to remember, or '', 2 the move that 'unplaced' has named, 3 how long a place without a state is kept (s)
-- Returns: {'at', place}
--          {'moving', ms until the lease of the move ends}
--          {'unplaced', the last move or ''} the tables must be asked
local state = KEYS[1]
local place, move, held_until = unpack(redis.call('HMGET', state, 'place', 'move', 'held_until'))
if place then return { 'at', tonumber(place) } end
move = move or ''
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if move ~= '' and held_until and tonumber(held_until) > now then return { 'moving', tonumber(held_until) - now } end
if ARGV[1] == '' or ARGV[2] ~= move then return { 'unplaced', move } end
redis.call('HSET', state, 'place', ARGV[1])
if redis.call('TTL', state) < 0 then redis.call('EXPIRE', state, ARGV[3]) end
return { 'at', tonumber(ARGV[1]) }
