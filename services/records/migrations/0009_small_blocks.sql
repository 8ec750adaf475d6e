-- A read by ids takes a few rows of many granules. Blocks of compression that are about as long as a granule spare it most
-- of what it would decompress in vain.
ALTER TABLE record_log{on_cluster} MODIFY SETTING min_compress_block_size = 16384;

-- Columns that hold nearly the same value in each row: LZ4 makes them as small, and takes a tenth less of an
-- insert. This pays for the finer granules of record_log.
ALTER TABLE record_log{on_cluster}
  MODIFY COLUMN modified_at CODEC(Delta, LZ4),
  MODIFY COLUMN written_at CODEC(Delta, LZ4),
  MODIFY COLUMN first_seen_at CODEC(Delta, LZ4),
  MODIFY COLUMN size CODEC(LZ4),
  MODIFY COLUMN ended_at CODEC(LZ4),
  MODIFY COLUMN closed_at CODEC(LZ4);
