//! Simulated cars, whose state is kept in SQLite: they obey, refuse and report as a connected car would.

use async_trait::async_trait;
use backoffice::vehicles::{Command, Readings};
use backoffice::{Fleet, Vehicles};
use contract::{Access, ActionId, Error, ErrorKind, Result, Vin};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Database;
use crate::database::lost;

/// The cars of the demonstration, in one SQLite file. Cheap to clone.
#[derive(Clone)]
pub struct SimulatedVehicles {
    database: Database,
}

impl SimulatedVehicles {
    /// The cars as `database` has them.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Vehicles for SimulatedVehicles {
    async fn readings(&self, access: &Access, vin: &Vin) -> Result<Readings> {
        let first = Fleet::demonstration()?.first_readings(access, vin)?;
        let vin = vin.clone();
        self.database.read(move |connection| Ok(kept(connection, &vin)?.unwrap_or(first))).await
    }

    async fn command(&self, access: &Access, vin: &Vin, commands: &[Command], action: &ActionId) -> Result<()> {
        let fleet = Fleet::demonstration()?;
        let first = fleet.first_readings(access, vin)?;
        let (access, vin, commands, action) = (access.clone(), vin.clone(), commands.to_vec(), action.clone());
        // One transaction: what the car did and that it was done stand together or not at all.
        let refusal = self.database.write(move |connection| {
            if let Some(before) = outcome(connection, &action)? {
                return Ok(before);
            }
            let before = kept(connection, &vin)?.unwrap_or(first);
            let refusal = match fleet.obey(&access, &vin, &before, &commands) {
                Ok(after) => {
                    keep(connection, &vin, &after)?;
                    None
                }
                Err(error) if error.kind == ErrorKind::Refused => Some(error.message),
                Err(error) => return Err(error),
            };
            note(connection, &action, &vin, refusal.as_deref())?;
            Ok(refusal)
        });
        refusal.await?.map_or(Ok(()), |reason| Err(Error::new(ErrorKind::Refused, reason)))
    }

    async fn ready(&self) -> Result<()> {
        let look = |connection: &Connection| connection.query_row("SELECT count(*) FROM cars", [], |_| Ok(()));
        self.database.read(move |connection| look(connection).map_err(lost)).await
    }
}

/// What a car reports, if it was ever told anything.
fn kept(connection: &Connection, vin: &Vin) -> Result<Option<Readings>> {
    let mut statement = connection.prepare_cached("SELECT readings FROM cars WHERE vin = ?1").map_err(lost)?;
    let json: Option<String> = statement.query_row([vin.as_str()], |row| row.get(0)).optional().map_err(lost)?;
    let broken = |cause| Error::new(ErrorKind::Internal, "what a car reports cannot be read").caused_by(cause);
    json.map(|json| serde_json::from_str(&json).map_err(broken)).transpose()
}

fn keep(connection: &Connection, vin: &Vin, readings: &Readings) -> Result<()> {
    let broken = |cause| Error::new(ErrorKind::Internal, "what a car reports cannot be kept").caused_by(cause);
    let json = serde_json::to_string(readings).map_err(broken)?;
    let sql = "INSERT INTO cars (vin, readings) VALUES (?1, ?2) ON CONFLICT (vin) DO UPDATE SET readings = ?2";
    connection.prepare_cached(sql).map_err(lost)?.execute(params![vin.as_str(), json]).map_err(lost)?;
    Ok(())
}

/// What came of an action before: nothing known; or done, or refused for this reason.
fn outcome(connection: &Connection, action: &ActionId) -> Result<Option<Option<String>>> {
    let sql = "SELECT refusal FROM car_commands WHERE action = ?1";
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    statement.query_row([action.as_str()], |row| row.get(0)).optional().map_err(lost)
}

fn note(connection: &Connection, action: &ActionId, vin: &Vin, refusal: Option<&str>) -> Result<()> {
    let sql = "INSERT INTO car_commands (action, vin, refusal) VALUES (?1, ?2, ?3)";
    let values = params![action.as_str(), vin.as_str(), refusal];
    connection.prepare_cached(sql).map_err(lost)?.execute(values).map_err(lost)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use contract::testing::access;

    use super::*;
    use crate::SqliteCustomers;

    fn cars(path: &Path) -> Arc<dyn Vehicles> {
        Arc::new(SimulatedVehicles::new(Database::open(path).unwrap()))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn keep_the_promises_of_the_port() {
        let folder = tempfile::tempdir().unwrap();
        // Each maker call opens the file again: as after a restart.
        backoffice::testing::vehicles::check(|_| cars(&folder.path().join("cars.db"))).await;
    }

    #[tokio::test]
    async fn every_customer_of_the_demonstration_has_their_cars_connected() {
        let fleet = Fleet::demonstration().unwrap();
        let cars = SimulatedVehicles::new(Database::in_memory().unwrap());
        for profile in SqliteCustomers::demonstration().unwrap() {
            let own = access(profile.customer.as_str());
            for vehicle in &profile.vehicles {
                let vin = Vin::new(vehicle.vin.clone()).unwrap();
                let known = fleet.cars().find(|car| car.0 == vehicle.vin).unwrap();
                assert_eq!((known.2, known.3), (&*vehicle.model, &*vehicle.variant), "{vin}");
                let odometer = cars.readings(&own, &vin).await.unwrap()["Vehicle.TraveledDistance"].number();
                assert_eq!(odometer, Some(f64::from(vehicle.odometer_km)), "{vin}");
            }
        }
        assert_eq!(fleet.cars().count(), 13);
    }
}
