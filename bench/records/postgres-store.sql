CREATE TABLE streams (
  stream int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  -- Instant of the newest commit.
  last bigint NOT NULL DEFAULT 0,
  fence bigint NOT NULL DEFAULT 0,
  live bigint NOT NULL DEFAULT 0,
  tracking boolean NOT NULL DEFAULT false
);

CREATE TABLE records (
  stream int NOT NULL,
  id text COLLATE "C" NOT NULL,
  modified_at bigint NOT NULL,
  first_seen_at bigint NOT NULL,
  pruned_at bigint NOT NULL DEFAULT 0,
  -- 1 added, 2 updated, 3 deleted
  action smallint NOT NULL,
  numeric_id boolean NOT NULL,
  hash bytea NOT NULL,
  run_id text NOT NULL,
  payload text NOT NULL,
  PRIMARY KEY (stream, id)
);
CREATE INDEX records_in_order ON records (stream, modified_at, id);

-- Ids that were saved while deletes are tracked.
CREATE TABLE seen (
  stream int NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (stream, id)
);
