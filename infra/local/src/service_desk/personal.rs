//! What the service desk keeps of a person: their appointments, the actions behind them, and the files of their cars.

use async_trait::async_trait;
use contract::ports::PersonalData;
use contract::{Access, Result};
use rusqlite::Row;
use serde_json::{Value, json};

use super::SqliteServiceDesk;
use crate::owned::{erased, json as column, pieces};

#[async_trait]
impl PersonalData for SqliteServiceDesk {
    fn store(&self) -> &'static str {
        "service_desk"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let owner = access.customer().to_string();
        self.read(move |connection| {
            let mut all = Vec::new();
            for (sql, piece) in TOLD {
                all.extend(pieces(connection, sql, [&owner], piece)?);
            }
            Ok(all)
        })
        .await
    }

    /// A slot that the customer had is free again.
    async fn erase(&self, access: &Access) -> Result<u64> {
        // Furnished first: what would be stored with the first answer must not come after the erasure.
        self.furnished().await?;
        let owner = access.customer().to_string();
        let tables = ["service_appointments", "service_actions", "service_cars"];
        self.database
            .write(move |connection| {
                let erase = |table| erased(connection, &format!("DELETE FROM {table} WHERE owner = ?1"), [&owner]);
                tables.into_iter().map(erase).sum()
            })
            .await
    }
}

/// How the rows of a table are told.
type Told = (&'static str, fn(&Row<'_>) -> rusqlite::Result<Value>);

const TOLD: [Told; 3] = [
    ("SELECT file FROM service_cars WHERE owner = ?1 ORDER BY vin", |row| Ok(json!({"car": column(row, 0)?}))),
    ("SELECT appointment FROM service_appointments WHERE owner = ?1 ORDER BY at, number", |row| {
        Ok(json!({"appointment": column(row, 0)?}))
    }),
    ("SELECT action, outcome FROM service_actions WHERE owner = ?1 ORDER BY action", |row| {
        Ok(json!({"action": row.get::<_, String>(0)?, "outcome": column(row, 1)?}))
    }),
];

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use backoffice::ServiceDesk;
    use backoffice::service_desk::{Order, OwnedCar, Wanted};
    use contract::testing::{ManualClock, access};
    use contract::{ActionId, Caller, TurnId};

    use super::*;
    use crate::Database;

    #[tokio::test]
    async fn keeps_the_promises_of_personal_data_and_frees_the_slot() {
        let database = Database::in_memory().unwrap();
        let desk = SqliteServiceDesk::unfurnished(database, Arc::new(ManualClock::default()));
        let directory = SqliteServiceDesk::demonstration().unwrap();
        let car = directory.cars[0].file.clone();
        desk.seed(backoffice::service_desk::Directory { cars: Vec::new(), ..directory.clone() }).await.unwrap();
        let number = AtomicU64::new(0);
        let plant = async |caller: &Caller, word: &str| {
            let access = caller.access().unwrap();
            // A car of their own; the canary is its number.
            let count = number.fetch_add(1, Ordering::Relaxed);
            let vin = contract::Vin::new(format!("WVELDRA{:010}", 900 + count)).unwrap();
            let file = backoffice::service_desk::VehicleFile { vin: vin.clone(), ..car.clone() };
            let cars = vec![OwnedCar { owner: access.customer().clone(), file }];
            desk.import(backoffice::service_desk::Directory { dealers: Vec::new(), cars }).await.unwrap();
            let dealer = directory.dealers[0].clone();
            let (work, from) = (dealer.work[0], "2026-11-03T00:00:00".parse().unwrap());
            let wanted =
                Wanted { dealer: dealer.id, work, from, until: "2026-12-20T00:00:00".parse().unwrap(), limit: 1 };
            let before = desk.slots(&wanted).await.unwrap();
            let order = Order { vin, work, slot: before[0].clone(), note: word.into() };
            let action = ActionId::of(&TurnId::new(word).unwrap(), "servicing", 0);
            desk.book(&access, &order, &action).await.unwrap();
            word.to_owned()
        };
        contract::testing::personal_data::check(&desk, plant).await;
        assert_eq!(desk.appointments(&access("ada")).await.unwrap(), []);
    }
}
