-- One row an offer that was shown in a turn.
CREATE TABLE IF NOT EXISTS offers (
  customer TEXT NOT NULL,
  at_us    INTEGER NOT NULL,
  offer    TEXT NOT NULL,
  session  TEXT NOT NULL,
  turn     TEXT NOT NULL,
  UNIQUE (customer, turn, offer)
) STRICT;
CREATE INDEX IF NOT EXISTS offers_by_customer ON offers (customer, at_us);
