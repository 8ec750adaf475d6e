-- No call of the connection waits any more.
-- Returns  nothing

remove_entry()
