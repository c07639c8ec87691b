-- One row a car that was told anything: what it reports, as JSON by signal. A car without a row reports what it was built with.
CREATE TABLE IF NOT EXISTS cars (
  vin      TEXT PRIMARY KEY,
  readings TEXT NOT NULL
) STRICT;

-- One row a command, by the action that was agreed to: null when it was done, or why the car refused.
CREATE TABLE IF NOT EXISTS car_commands (
  action  TEXT PRIMARY KEY,
  vin     TEXT NOT NULL,
  refusal TEXT
) STRICT, WITHOUT ROWID;
