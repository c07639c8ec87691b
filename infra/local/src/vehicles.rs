//! Simulated cars, whose state is kept in SQLite: they obey, refuse and report as a connected car would.

use async_trait::async_trait;
use backoffice::vehicles::{Command, Readings};
use backoffice::{Fleet, Vehicles};
use contract::ports::PersonalData;
use contract::{Access, ActionId, Error, ErrorKind, Result, Vin};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use crate::Database;
use crate::database::lost;
use crate::owned::{erased, json as column, pieces};

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

#[async_trait]
impl PersonalData for SimulatedVehicles {
    fn store(&self) -> &'static str {
        "vehicles"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let vins = vins(access)?;
        let cars = "SELECT vin, readings FROM cars WHERE vin = ?1";
        let commands = "SELECT vin, action, refusal FROM car_commands WHERE vin = ?1 ORDER BY action";
        self.database
            .read(move |connection| {
                let mut all = Vec::new();
                for vin in vins {
                    all.extend(pieces(connection, cars, [&vin], |row| {
                        Ok(json!({"vin": row.get::<_, String>(0)?, "readings": column(row, 1)?}))
                    })?);
                    all.extend(pieces(connection, commands, [&vin], |row| {
                        let text = |column| row.get::<_, String>(column);
                        Ok(json!({"vin": text(0)?, "action": text(1)?, "refusal": row.get::<_, Option<String>>(2)?}))
                    })?);
                }
                Ok(all)
            })
            .await
    }

    /// The cars themselves stay: they report again what they were built with.
    async fn erase(&self, access: &Access) -> Result<u64> {
        let vins = vins(access)?;
        let tables = ["cars", "car_commands"];
        self.database
            .write(move |connection| {
                let each = vins.iter().flat_map(|vin| tables.map(|table| (vin, table)));
                each.map(|(vin, table)| erased(connection, &format!("DELETE FROM {table} WHERE vin = ?1"), [vin])).sum()
            })
            .await
    }
}

/// The customer's connected cars.
fn vins(access: &Access) -> Result<Vec<String>> {
    let fleet = Fleet::demonstration()?;
    let own = fleet.cars().filter(|(_, owner, ..)| *owner == access.customer().as_str());
    Ok(own.map(|(vin, ..)| vin.to_owned()).collect())
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
    async fn keep_the_promises_of_personal_data() {
        let cars = SimulatedVehicles::new(Database::in_memory().unwrap());
        let plant = async |caller: &contract::Caller, word: &str| {
            let access = caller.access().unwrap();
            let vin = Vin::new(vins(&access).unwrap().remove(0)).unwrap();
            let action = ActionId::of(&contract::TurnId::new(word).unwrap(), "cockpit", 0);
            let signal = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature".to_owned();
            let warm = Command { signal, value: backoffice::vehicles::Reading::Number(21.0) };
            cars.command(&access, &vin, &[warm], &action).await.unwrap();
            action.to_string()
        };
        contract::testing::personal_data::check(&cars, plant).await;
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
