-- Versions that have ended, with their payloads, for as long as history is kept. A version is copied here before the
-- commit that ends it: a commit that did not come to pass leaves a copy whose `ended_at` is replaced later.
CREATE TABLE IF NOT EXISTS record_version{on_cluster} (
  stream UUID,
  id String CODEC(ZSTD(1)),
  modified_at Int64 CODEC(Delta, ZSTD(1)),
  ended_at Int64 CODEC(Delta, ZSTD(1)),
  written_at Int64 CODEC(Delta, ZSTD(1)),
  action Enum8('added' = 1, 'updated' = 2, 'deleted' = 3),
  first_seen_at Int64 CODEC(Delta, ZSTD(1)),
  pruned_at Int64,
  numeric_id Bool,
  payload String CODEC(ZSTD(1))
)
ENGINE = {replicated}ReplacingMergeTree(ended_at)
ORDER BY (stream, id, modified_at)
TTL toDateTime(intDiv(ended_at, 1000) + 1) + INTERVAL {history_days} DAY
SETTINGS index_granularity_bytes = 262144;

-- Since when history is complete; empty while it is off.
CREATE TABLE IF NOT EXISTS history_start{on_cluster} (at Int64)
ENGINE = {replicated}MergeTree
ORDER BY at;
