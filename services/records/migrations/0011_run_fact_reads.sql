-- What is derived from run_fact for reads, at each insert. Every row has a key that a repeated insert has too, so nothing is counted
-- twice.

-- Most filters of a list are found in the newest rows. Of one that is not, this tells the granules that need not be read.
ALTER TABLE run_fact{on_cluster}
  ADD INDEX IF NOT EXISTS rare (integration, sync, variant, outcome) TYPE bloom_filter(0.01) GRANULARITY 1;

-- The same rows by schedule, for lists and charts of a schedule, a connection, or a run. Granules are small, as a schedule has few rows.
CREATE TABLE IF NOT EXISTS run_fact_by_schedule{on_cluster} (
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
  result String CODEC(ZSTD(1)),
  INDEX connections connection TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = {replicated}ReplacingMergeTree
PARTITION BY toStartOfQuarter(toDateTime(intDiv(finished_at, 1000), 'UTC'))
ORDER BY (environment, schedule, finished_at, run_id)
TTL toDateTime(intDiv(finished_at, 1000)) + INTERVAL {run_facts_ttl_days} DAY
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, auto_statistics_types = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS run_fact_to_schedule{on_cluster} TO run_fact_by_schedule AS SELECT * FROM run_fact;

-- The rows of runs with an error: few of many.
CREATE TABLE IF NOT EXISTS run_failure{on_cluster} (
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

CREATE MATERIALIZED VIEW IF NOT EXISTS run_fact_to_failure{on_cluster} TO run_failure AS
SELECT * FROM run_fact WHERE fingerprint != 0;

-- Sums by hour of Unix time, which a job makes again for each hour that has new rows: see src/jobs/sum-hours.ts. Of each sync; with an
-- empty sync, of each integration; with an empty integration too, of the environment: a chart reads one row for each hour.
CREATE TABLE IF NOT EXISTS run_hour{on_cluster} (
  environment LowCardinality(String),
  integration LowCardinality(String),
  sync LowCardinality(String),
  hour UInt32 CODEC(Delta, ZSTD(1)),
  runs Map(LowCardinality(String), UInt64) CODEC(ZSTD(1)),
  began UInt64 CODEC(ZSTD(1)),
  added UInt64 CODEC(ZSTD(1)),
  updated UInt64 CODEC(ZSTD(1)),
  deleted UInt64 CODEC(ZSTD(1)),
  wait AggregateFunction(quantilesDD(0.01, 0.5, 0.99), Int64) CODEC(ZSTD(1)),
  duration AggregateFunction(quantilesDD(0.01, 0.5, 0.99), Int64) CODEC(ZSTD(1)),
  summed_at Int64 CODEC(ZSTD(1))
)
ENGINE = {replicated}ReplacingMergeTree(summed_at)
ORDER BY (environment, integration, sync, hour)
TTL toDateTime(hour * 3600) + INTERVAL {run_facts_ttl_days} DAY
SETTINGS index_granularity = 1024, auto_statistics_types = '';

-- When a row of an hour was inserted last. Sums that are older are not used.
CREATE TABLE IF NOT EXISTS run_hour_insert{on_cluster} (
  environment LowCardinality(String),
  hour UInt32,
  inserted_at Int64
)
ENGINE = {replicated}ReplacingMergeTree(inserted_at)
ORDER BY (environment, hour)
TTL toDateTime(hour * 3600) + INTERVAL {run_facts_ttl_days} DAY
SETTINGS auto_statistics_types = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS run_fact_to_hour{on_cluster} TO run_hour_insert AS
SELECT environment, toUInt32(intDiv(finished_at, 3600000)) AS hour, max(toUnixTimestamp64Milli(now64(3))) AS inserted_at
FROM run_fact GROUP BY environment, hour;
