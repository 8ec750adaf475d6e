-- When runs began on a stream last, to within a day, and when it was reported that none did for long.
CREATE TABLE IF NOT EXISTS stream_use{on_cluster} (
  stream UUID,
  used_at SimpleAggregateFunction(max, Int64),
  reported_at SimpleAggregateFunction(max, Int64)
)
ENGINE = {replicated}AggregatingMergeTree
ORDER BY stream;

-- Streams that were there before this table count as used now.
INSERT INTO stream_use (stream, used_at, reported_at)
SELECT stream, toUnixTimestamp64Milli(now64(3)), 0 FROM streams;
