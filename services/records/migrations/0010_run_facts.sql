-- One row for each run that ended. A repeated insert has the same key. See src/tables/run-facts.ts.
CREATE TABLE IF NOT EXISTS run_fact{on_cluster} (
  environment LowCardinality(String),
  finished_at Int64 CODEC(Delta, ZSTD(1)),
  run_id String CODEC(ZSTD(1)),
  schedule String CODEC(ZSTD(1)),
  integration LowCardinality(String),
  connection String CODEC(ZSTD(1)),
  sync LowCardinality(String),
  variant LowCardinality(String),
  cause LowCardinality(String),
  outcome LowCardinality(String),
  requested_at Int64 CODEC(Delta, ZSTD(1)),
  started_at Int64 CODEC(Delta, ZSTD(1)),
  attempts UInt32 CODEC(ZSTD(1)),
  version LowCardinality(String),
  error String CODEC(ZSTD(1)),
  message String CODEC(ZSTD(1)),
  fingerprint UInt64 CODEC(ZSTD(1)),
  added UInt32 CODEC(ZSTD(1)),
  updated UInt32 CODEC(ZSTD(1)),
  deleted UInt32 CODEC(ZSTD(1)),
  result String CODEC(ZSTD(1))
)
ENGINE = {replicated}ReplacingMergeTree
PARTITION BY toYYYYMM(toDateTime(intDiv(finished_at, 1000), 'UTC'))
ORDER BY (environment, finished_at, run_id)
TTL toDateTime(intDiv(finished_at, 1000)) + INTERVAL {run_facts_ttl_days} DAY
SETTINGS auto_statistics_types = '';

-- What a runner told of an attempt at its end. It is kept for as long as the log of the run.
CREATE TABLE IF NOT EXISTS run_attempt{on_cluster} (
  environment LowCardinality(String),
  run_id String CODEC(ZSTD(1)),
  attempt UInt32,
  ended_at Int64 CODEC(Delta, ZSTD(1)),
  facts String CODEC(ZSTD(1))
)
ENGINE = {replicated}ReplacingMergeTree(ended_at)
ORDER BY (environment, run_id, attempt)
TTL toDateTime(intDiv(ended_at, 1000)) + INTERVAL {run_log_ttl_days} DAY
SETTINGS auto_statistics_types = '';
