-- One row a customer; the profile as JSON, because it is only ever read and written whole.
CREATE TABLE IF NOT EXISTS customers (
  id      TEXT PRIMARY KEY,
  profile TEXT NOT NULL
) STRICT;

-- One row a conversation. `owner` is `Caller::owner` of the contract: the customer, or empty for an anonymous visitor.
CREATE TABLE IF NOT EXISTS sessions (
  session TEXT PRIMARY KEY,
  owner   TEXT NOT NULL,
  turns   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row a closed turn. `said`, `replied` and what it left open (JSON; mostly null) stand apart so that a history is read
-- without its reports.
CREATE TABLE IF NOT EXISTS turns (
  session TEXT NOT NULL REFERENCES sessions (session),
  seq     INTEGER NOT NULL,
  turn    TEXT NOT NULL UNIQUE,
  said    TEXT NOT NULL,
  replied TEXT NOT NULL,
  record  TEXT NOT NULL,
  left_open TEXT,
  PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

-- One row an idempotency key: pending (seq is null) until its lease ends, or closed.
CREATE TABLE IF NOT EXISTS keys (
  owner       TEXT NOT NULL,
  key         TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  turn        TEXT NOT NULL,
  expires_ms  INTEGER NOT NULL,
  session     TEXT NOT NULL,
  seq         INTEGER,
  PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;

-- One row an account of the ledger: what is spent or set aside, in millionths of a US dollar, and when it was last used.
CREATE TABLE IF NOT EXISTS accounts (
  name    TEXT PRIMARY KEY,
  spent   INTEGER NOT NULL,
  used_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS accounts_by_use ON accounts (used_ms);
