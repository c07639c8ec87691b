-- One row a turn that was closed, in the order of the closings. A place is never given twice; a turn that is erased
-- takes its place with it.
CREATE TABLE IF NOT EXISTS closings (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  session  TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  UNIQUE (session, seq),
  FOREIGN KEY (session, seq) REFERENCES turns (session, seq) ON DELETE CASCADE
) STRICT;

-- One row what was learned already, such as `analytics/TURN`.
CREATE TABLE IF NOT EXISTS marks (
  mark    TEXT PRIMARY KEY,
  kept_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS marks_by_age ON marks (kept_ms);

-- One row what was counted in an hour.
CREATE TABLE IF NOT EXISTS counts (
  hour   INTEGER NOT NULL,
  what   TEXT NOT NULL,
  about  TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (hour, what, about)
) STRICT, WITHOUT ROWID;

-- One row a note. `owner` is `Caller::owner` of the contract; empty when it is nobody's.
CREATE TABLE IF NOT EXISTS notes (
  key        TEXT PRIMARY KEY,
  owner      TEXT NOT NULL,
  version    INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  body       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS notes_by_owner ON notes (owner) WHERE owner <> '';
CREATE INDEX IF NOT EXISTS notes_by_expiry ON notes (expires_ms);
