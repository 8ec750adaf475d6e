-- Heads are written by and by, from the log: what is not there yet, Redis says since when. Sizes are counted in Redis.
DROP VIEW IF EXISTS record_head_feed{on_cluster};
DROP VIEW IF EXISTS stream_stat_feed{on_cluster};
DROP TABLE IF EXISTS stream_stat{on_cluster};
