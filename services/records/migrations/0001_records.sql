-- Instants are Unix milliseconds. `stream` is one generation of a stream: see src/stream-id.ts.

-- One +1 row for each live version. A version that ends gets a -1 row with the same key, action and size and no
-- payload; merges make the pair vanish, so a stream costs what its live records cost.
-- `written_at` is when the row was written: it differs from `modified_at` where a version was pruned or restored in
-- place. Small granules, because a read takes whole ones: a record by its id costs 64 KiB. Tables that are older have granules
-- of 256 KiB and keep them: all reads work there, and those by ids take longer.
CREATE TABLE IF NOT EXISTS record_log{on_cluster} (
  stream UUID,
  modified_at Int64 CODEC(Delta, ZSTD(1)),
  id String CODEC(ZSTD(1)),
  sign Int8,
  written_at Int64 CODEC(Delta, ZSTD(1)),
  action Enum8('added' = 1, 'updated' = 2, 'deleted' = 3),
  first_seen_at Int64 CODEC(Delta, ZSTD(1)),
  pruned_at Int64,
  numeric_id Bool,
  hash FixedString(16),
  size UInt32 CODEC(ZSTD(1)),
  run_id LowCardinality(String),
  payload String CODEC(ZSTD(1)) TTL toDateTime(intDiv(written_at, 1000) + 1) + INTERVAL {payload_ttl_days} DAY
)
ENGINE = {replicated}CollapsingMergeTree(sign)
ORDER BY (stream, modified_at, id)
SETTINGS index_granularity_bytes = 65536, {deduplication_window} = 1000;

-- The newest version of each id, without its payload.
CREATE TABLE IF NOT EXISTS record_head{on_cluster} (
  stream UUID,
  id String CODEC(ZSTD(1)),
  modified_at Int64,
  written_at Int64,
  hash FixedString(16),
  action Enum8('added' = 1, 'updated' = 2, 'deleted' = 3),
  first_seen_at Int64,
  pruned_at Int64,
  size UInt32
)
ENGINE = {replicated}ReplacingMergeTree(written_at)
ORDER BY (stream, id)
SETTINGS index_granularity = 256, {deduplication_window} = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS record_head_feed{on_cluster} TO record_head AS
SELECT stream, id, modified_at, written_at, hash, action, first_seen_at, pruned_at, size
FROM record_log
WHERE sign = 1;

CREATE TABLE IF NOT EXISTS stream_stat{on_cluster} (
  stream UUID,
  live Int64,
  bytes Int64
)
ENGINE = {replicated}SummingMergeTree
ORDER BY stream
SETTINGS {deduplication_window} = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS stream_stat_feed{on_cluster} TO stream_stat AS
SELECT stream, sum(sign * (action != 'deleted')) AS live, sum(sign * toInt64(size)) AS bytes
FROM record_log
GROUP BY stream;

-- Ids that a save brought and that did not change: with the versions since an instant, all that was seen since then.
CREATE TABLE IF NOT EXISTS seen{on_cluster} (
  stream UUID,
  at Int64,
  ids Array(String) CODEC(ZSTD(1))
)
ENGINE = {replicated}MergeTree
ORDER BY (stream, at)
TTL toDateTime(intDiv(at, 1000)) + INTERVAL {seen_ttl_days} DAY;

CREATE TABLE IF NOT EXISTS streams{on_cluster} (
  environment String,
  connection String,
  model String,
  variant String,
  generation UInt32,
  stream UUID,
  created_at Int64
)
ENGINE = {replicated}ReplacingMergeTree
ORDER BY (environment, connection, model, variant, generation);
