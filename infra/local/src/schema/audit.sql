-- One row an entry of the audit trail, in the order in which they came. Rows are only ever added. `hash` is SHA-256 over the
-- hash before and the entry, in hexadecimal: who changes, removes or moves a row breaks the chain.
CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  day    TEXT NOT NULL,
  entry  TEXT NOT NULL,
  hash   TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS audit_by_day ON audit (day);
