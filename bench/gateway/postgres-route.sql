CREATE TABLE IF NOT EXISTS records (
  model text NOT NULL,
  id text COLLATE "C" NOT NULL,
  modified_at timestamptz(3) NOT NULL,
  payload jsonb NOT NULL,
  PRIMARY KEY (model, id)
);
CREATE INDEX IF NOT EXISTS records_in_order ON records (model, modified_at, id);
