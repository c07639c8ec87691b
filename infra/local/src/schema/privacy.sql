-- One row a customer who is being erased, by their pseudonym: none of their turns is admitted until then.
CREATE TABLE IF NOT EXISTS barred (
  person   TEXT PRIMARY KEY,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- An erasure looks for the sessions of one owner.
CREATE INDEX IF NOT EXISTS sessions_by_owner ON sessions (owner);
CREATE INDEX IF NOT EXISTS cases_by_owner ON cases (owner);

-- One row a thing of the demonstration that was stored once, as the SHA-256 of what it is: what was erased since does not come
-- back with a restart.
CREATE TABLE IF NOT EXISTS seeded (
  thing TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
