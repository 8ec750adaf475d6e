-- A stream may be moved to another shard. A row that is not `here` reserves the number of a generation that is being
-- copied from another shard, or that another shard has: see src/tables/streams.ts.
ALTER TABLE streams{on_cluster} ADD COLUMN IF NOT EXISTS here Bool DEFAULT true;
