-- A retry of an insert must find the first try among the inserts that ClickHouse remembers. All instances together make
-- at most about 100 commits a second (merges cannot follow more parts), and tries of one commit are at most 125 s apart.
ALTER TABLE record_log{on_cluster} MODIFY SETTING {deduplication_window} = 15000;

-- An insert says in `log_comment` until when it may happen ('not after <Unix ms>', see src/clickhouse/clickhouse.ts). The
-- server checks it when it has all rows, so that one that was delayed on its way does not happen after its lease.
-- It throws, as an error of a constraint has the same code whatever the constraint.
ALTER TABLE record_log{on_cluster} ADD CONSTRAINT IF NOT EXISTS in_time CHECK throwIf(
  startsWith(getSetting('log_comment'), 'not after ')
    AND toUnixTimestamp64Milli(nowInBlock64(3)) > toInt64OrZero(substring(getSetting('log_comment'), 11)),
  'the lease has run out') = 0;

-- What was applied to the tables at the last start: see src/schema/applied-settings.ts.
CREATE TABLE IF NOT EXISTS applied_setting{on_cluster} (
  name String,
  value UInt32,
  applied_at Int64
)
ENGINE = {replicated}ReplacingMergeTree(applied_at)
ORDER BY name;

-- Tables that are older than this one say it in their definitions.
INSERT INTO applied_setting (name, value, applied_at)
SELECT name, toUInt32(days), 0 FROM (
  SELECT 'payload_days' AS name, extract(create_table_query, '`payload` String.*?toIntervalDay\\((\\d+)\\)') AS days
  FROM system.tables WHERE database = currentDatabase() AND table = 'record_log'
  UNION ALL
  SELECT 'history_days', extract(create_table_query, 'toIntervalDay\\((\\d+)\\) WHERE ended_at')
  FROM system.tables WHERE database = currentDatabase() AND table = 'record_log'
  UNION ALL
  SELECT 'run_log_days', extract(create_table_query, 'toIntervalDay\\((\\d+)\\)')
  FROM system.tables WHERE database = currentDatabase() AND table = 'run_log'
)
WHERE days != '';
