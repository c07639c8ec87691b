//! The rows of the service desk: one function a statement.

use std::collections::HashMap;

use backoffice::service_desk::{Appointment, Dealer, Directory, Slot, VehicleFile};
use contract::{ActionId, Error, ErrorKind, Result, Vin};
use jiff::civil::DateTime;
use rusqlite::{Connection, OptionalExtension, Params, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::missing;
use crate::database::lost;
use crate::seeded::seeded_before;

/// What came of an action the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It was done.
    Done(Appointment),
    /// The slot was taken.
    Taken,
}

pub(super) fn seed(connection: &Connection, directory: &Directory) -> Result<()> {
    let sql = "INSERT INTO service_dealers (id, position, market, dealer)
               SELECT ?1, coalesce(max(position), 0) + 1, ?2, ?3 FROM service_dealers WHERE true
               ON CONFLICT (id) DO NOTHING";
    for dealer in &directory.dealers {
        execute(connection, sql, params![dealer.id, dealer.market, json(dealer)?])?;
    }
    let sql = "INSERT INTO service_cars (vin, owner, file) VALUES (?1, ?2, ?3) ON CONFLICT (vin) DO NOTHING";
    for car in &directory.cars {
        if !seeded_before(connection, "car", car.file.vin.as_str())? {
            execute(connection, sql, params![car.file.vin.as_str(), car.owner.as_str(), json(&car.file)?])?;
        }
    }
    Ok(())
}

/// Stores each dealer and car in place of what was known of it; the dealers in the order in which they are named.
pub(super) fn import(connection: &Connection, directory: &Directory) -> Result<()> {
    let sql = "INSERT INTO service_dealers (id, position, market, dealer) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (id) DO UPDATE
               SET position = excluded.position, market = excluded.market, dealer = excluded.dealer";
    for (position, dealer) in (1_i64..).zip(&directory.dealers) {
        execute(connection, sql, params![dealer.id, position, dealer.market, json(dealer)?])?;
    }
    let sql = "INSERT INTO service_cars (vin, owner, file) VALUES (?1, ?2, ?3)
               ON CONFLICT (vin) DO UPDATE SET owner = excluded.owner, file = excluded.file";
    for car in &directory.cars {
        execute(connection, sql, params![car.file.vin.as_str(), car.owner.as_str(), json(&car.file)?])?;
    }
    Ok(())
}

pub(super) fn dealers(connection: &Connection, market: &str) -> Result<Vec<Dealer>> {
    all(connection, "SELECT dealer FROM service_dealers WHERE market = ?1 ORDER BY position, id", [market])
}

pub(super) fn dealer(connection: &Connection, id: &str) -> Result<Dealer> {
    one(connection, "SELECT dealer FROM service_dealers WHERE id = ?1", [id])?.ok_or_else(|| missing("no such dealer"))
}

pub(super) fn file(connection: &Connection, owner: &str, vin: &Vin) -> Result<VehicleFile> {
    let sql = "SELECT file FROM service_cars WHERE vin = ?1 AND owner = ?2";
    one(connection, sql, [vin.as_str(), owner])?.ok_or_else(|| missing("nothing is known of such a car"))
}

/// How many cars come at each time from one moment to another.
pub(super) fn taken(
    connection: &Connection,
    dealer: &str,
    from: DateTime,
    until: DateTime,
) -> Result<HashMap<DateTime, u32>> {
    let sql = "SELECT at, count(*) FROM service_appointments
               WHERE dealer = ?1 AND at >= ?2 AND at <= ?3 AND cancelled = 0 GROUP BY at";
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    let pair = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
    let rows = statement.query_map(params![dealer, from.to_string(), until.to_string()], pair).map_err(lost)?;
    rows.map(|row| {
        let (at, cars) = row.map_err(lost)?;
        Ok((at.parse().map_err(unreadable)?, cars))
    })
    .collect()
}

pub(super) fn cars_at(connection: &Connection, slot: &Slot) -> Result<u32> {
    Ok(taken(connection, &slot.dealer, slot.at, slot.at)?.remove(&slot.at).unwrap_or_default())
}

/// All appointments of a customer, soonest first.
pub(super) fn appointments(connection: &Connection, owner: &str) -> Result<Vec<Appointment>> {
    let sql = "SELECT appointment FROM service_appointments WHERE owner = ?1 ORDER BY at, number";
    all(connection, sql, [owner])
}

pub(super) fn appointment(connection: &Connection, owner: &str, number: &str) -> Result<Appointment> {
    let sql = "SELECT appointment FROM service_appointments WHERE number = ?1 AND owner = ?2";
    one(connection, sql, [number, owner])?.ok_or_else(|| missing("no such appointment"))
}

pub(super) fn is_used(connection: &Connection, number: &str) -> Result<bool> {
    let sql = "SELECT appointment FROM service_appointments WHERE number = ?1";
    Ok(one::<Appointment>(connection, sql, [number])?.is_some())
}

/// Stores an appointment, in the place of the one with its number.
pub(super) fn keep(connection: &Connection, owner: &str, appointment: &Appointment) -> Result<()> {
    let sql = "INSERT INTO service_appointments (number, owner, dealer, at, cancelled, appointment)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (number) DO UPDATE SET dealer = ?3, at = ?4, cancelled = ?5, appointment = ?6";
    let (slot, text) = (&appointment.order.slot, json(appointment)?);
    let values = params![appointment.number, owner, slot.dealer, slot.at.to_string(), appointment.cancelled, text];
    execute(connection, sql, values)
}

pub(super) fn outcome(connection: &Connection, owner: &str, action: &ActionId) -> Result<Option<Outcome>> {
    let sql = "SELECT outcome FROM service_actions WHERE owner = ?1 AND action = ?2";
    one(connection, sql, [owner, action.as_str()])
}

pub(super) fn keep_outcome(connection: &Connection, owner: &str, action: &ActionId, outcome: &Outcome) -> Result<()> {
    let sql = "INSERT INTO service_actions (owner, action, outcome) VALUES (?1, ?2, ?3)";
    execute(connection, sql, params![owner, action.as_str(), json(outcome)?])
}

fn execute(connection: &Connection, sql: &str, values: impl Params) -> Result<()> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(values)).map_err(lost)?;
    Ok(())
}

fn one<T: DeserializeOwned>(connection: &Connection, sql: &str, values: impl Params) -> Result<Option<T>> {
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    let text: Option<String> = statement.query_row(values, |row| row.get(0)).optional().map_err(lost)?;
    text.map(|text| serde_json::from_str(&text).map_err(unreadable)).transpose()
}

fn all<T: DeserializeOwned>(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    let rows = statement.query_map(values, |row| row.get::<_, String>(0)).map_err(lost)?;
    rows.map(|row| serde_json::from_str(&row.map_err(lost)?).map_err(unreadable)).collect()
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(unreadable)
}

fn unreadable(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Internal, "a row of the service desk cannot be read").caused_by(cause)
}
