-- A version that ends stays where it is, with its payload, until it is moved to history together with others: see
-- src/tables/record-history.ts. Until then a row beside it, with its key and `closed_at`, says when it ended.
ALTER TABLE record_log{on_cluster}
  ADD COLUMN IF NOT EXISTS closed_at Int64 CODEC(Delta, ZSTD(1)),
  MODIFY ORDER BY (stream, modified_at, id, closed_at);

-- Finds those rows, which are few, without a look at the others.
ALTER TABLE record_log{on_cluster} ADD INDEX IF NOT EXISTS closed closed_at TYPE minmax GRANULARITY 1;

-- Nobody asks in a way that statistics of columns would help; to gather them is a seventh of what ClickHouse does for a save.
ALTER TABLE record_log{on_cluster} MODIFY SETTING auto_statistics_types = '';
ALTER TABLE record_head{on_cluster} MODIFY SETTING auto_statistics_types = '';
ALTER TABLE seen{on_cluster} MODIFY SETTING auto_statistics_types = '';
