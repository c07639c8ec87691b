-- Cases that people take over: one row a case, its content as JSON.
CREATE TABLE IF NOT EXISTS cases (
    id      TEXT PRIMARY KEY,
    session TEXT NOT NULL,
    owner   TEXT NOT NULL,
    opened  TEXT NOT NULL,
    open    INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
-- A conversation has one open case at most.
CREATE UNIQUE INDEX IF NOT EXISTS open_cases ON cases (session) WHERE open = 1;
CREATE INDEX IF NOT EXISTS cases_of_a_session ON cases (session, opened);
CREATE INDEX IF NOT EXISTS cases_in_the_queue ON cases (opened) WHERE open = 1;

-- What people said to customers, numbered in each conversation without gaps.
CREATE TABLE IF NOT EXISTS words (
    session TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    key     TEXT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (session, seq),
    UNIQUE (case_id, key)
) STRICT;
