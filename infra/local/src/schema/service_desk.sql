-- One row a dealer, in the order in which they are named; the dealer as JSON, because it is only ever read whole.
CREATE TABLE IF NOT EXISTS service_dealers (
  id       TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  market   TEXT NOT NULL,
  dealer   TEXT NOT NULL
) STRICT;

-- One row a car: whose it is, and what is known of it, as JSON.
CREATE TABLE IF NOT EXISTS service_cars (
  vin   TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  file  TEXT NOT NULL
) STRICT;

-- One row an appointment, cancelled ones too. `at` is the dealer's time as ISO 8601, which sorts as text.
CREATE TABLE IF NOT EXISTS service_appointments (
  number      TEXT PRIMARY KEY,
  owner       TEXT NOT NULL,
  dealer      TEXT NOT NULL,
  at          TEXT NOT NULL,
  cancelled   INTEGER NOT NULL,
  appointment TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS service_appointments_by_slot ON service_appointments (dealer, at) WHERE cancelled = 0;
CREATE INDEX IF NOT EXISTS service_appointments_by_owner ON service_appointments (owner);

-- One row an action that was carried out or came too late: it is done once, and its outcome (JSON) is given again.
CREATE TABLE IF NOT EXISTS service_actions (
  owner   TEXT NOT NULL,
  action  TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (owner, action)
) STRICT, WITHOUT ROWID;
