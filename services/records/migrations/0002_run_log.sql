CREATE TABLE IF NOT EXISTS run_log{on_cluster} (
  environment LowCardinality(String),
  run_id String,
  attempt UInt32,
  number UInt32,
  at Int64,
  level Enum8('debug' = 1, 'info' = 2, 'warn' = 3, 'error' = 4),
  message String CODEC(ZSTD(1))
)
ENGINE = {replicated}ReplacingMergeTree
ORDER BY (environment, run_id, attempt, number)
TTL toDateTime(intDiv(at, 1000)) + INTERVAL {run_log_ttl_days} DAY;
