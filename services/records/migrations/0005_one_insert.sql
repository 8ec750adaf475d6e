-- Heads are written by and by, from the log: what is not there yet, Redis says since when. Sizes are counted in Redis.
DROP VIEW IF EXISTS record_head_feed{on_cluster};
DROP VIEW IF EXISTS stream_stat_feed{on_cluster};
DROP TABLE IF EXISTS stream_stat{on_cluster};

-- Parts are merged when there are more of them: rows of 1 KB are written again once instead of three times while much
-- arrives. Readers look into parts by their keys, so a few more of them cost little.
ALTER TABLE record_log{on_cluster} MODIFY SETTING merge_selector_base = 20;

-- What a commit ends it keeps in the same insert, in a stream of its own beside the one it was in: see
-- src/tables/record-history.ts. History begins anew.
ALTER TABLE record_log{on_cluster} ADD COLUMN IF NOT EXISTS ended_at Int64 CODEC(Delta, ZSTD(1));
ALTER TABLE record_log{on_cluster}
  MODIFY TTL toDateTime(intDiv(ended_at, 1000) + 1) + INTERVAL {history_days} DAY DELETE WHERE ended_at > 0;
DROP TABLE IF EXISTS record_version{on_cluster};
TRUNCATE TABLE IF EXISTS history_start{on_cluster};
