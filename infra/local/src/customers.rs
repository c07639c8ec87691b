//! Customers in SQLite, with a dozen fictional ones to start with.

use async_trait::async_trait;
use contract::ports::{Customers, PersonalData};
use contract::profile::{Memory, Profile};
use contract::{Access, Error, ErrorKind, Result, SessionId};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::Value;

use crate::Database;
use crate::database::lost;
use crate::owned::{erased, json, pieces};
use crate::seeded::seeded_before;

/// Knows the customers of one SQLite file.
#[derive(Clone)]
pub struct SqliteCustomers {
    database: Database,
}

/// The shape of `data/customers.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    customer: Vec<Profile>,
}

impl SqliteCustomers {
    /// A store in `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// The fictional customers of the demonstration.
    ///
    /// # Errors
    /// `Internal` when the shipped file is broken.
    pub fn demonstration() -> Result<Vec<Profile>> {
        toml::from_str::<Seed>(include_str!("../data/customers.toml")).map(|seed| seed.customer).map_err(|cause| {
            Error::new(ErrorKind::Internal, "the demonstration customers cannot be read").caused_by(cause)
        })
    }

    /// Stores each profile unless its customer is known already, or was once: who was erased does not come back. Existing
    /// customers are never overwritten.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn seed(&self, profiles: Vec<Profile>) -> Result<()> {
        self.database
            .write(move |connection| {
                for profile in &profiles {
                    if !seeded_before(connection, "customer", profile.customer.as_str())? {
                        insert(connection, profile)?;
                    }
                }
                Ok(())
            })
            .await
    }

    /// Changes a profile in one write transaction: of two changes at once none is lost.
    async fn change(&self, access: &Access, change: impl FnOnce(&mut Profile) + Send + 'static) -> Result<()> {
        let id = access.customer().as_str().to_owned();
        self.database
            .write(move |connection| {
                let mut profile = select(connection, &id)?;
                change(&mut profile);
                replace(connection, &profile)
            })
            .await
    }
}

#[async_trait]
impl Customers for SqliteCustomers {
    async fn profile(&self, access: &Access) -> Result<Profile> {
        let id = access.customer().as_str().to_owned();
        self.database.read(move |connection| select(connection, &id)).await
    }

    async fn remember(&self, access: &Access, memories: &[Memory]) -> Result<()> {
        let memories = memories.to_vec();
        self.change(access, move |profile| profile.remember(memories)).await
    }

    async fn forget(&self, access: &Access, session: Option<&SessionId>) -> Result<()> {
        let session = session.cloned();
        self.change(access, move |profile| profile.forget(session.as_ref())).await
    }

    async fn agree_to_offers(&self, access: &Access, agreed: bool) -> Result<()> {
        self.change(access, move |profile| profile.consents.marketing = agreed).await
    }

    async fn ready(&self) -> Result<()> {
        let probe = |connection: &Connection| {
            connection.query_row("SELECT count(*) FROM customers WHERE id = ''", [], |_| Ok(())).map_err(lost)
        };
        self.database.read(probe).await
    }
}

#[async_trait]
impl PersonalData for SqliteCustomers {
    fn store(&self) -> &'static str {
        "customers"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let (select, id) = ("SELECT profile FROM customers WHERE id = ?1", access.customer().to_string());
        self.database.read(move |connection| pieces(connection, select, [id], |row| json(row, 0))).await
    }

    async fn erase(&self, access: &Access) -> Result<u64> {
        let (delete, id) = ("DELETE FROM customers WHERE id = ?1", access.customer().to_string());
        self.database.write(move |connection| erased(connection, delete, [id])).await
    }
}

fn insert(connection: &Connection, profile: &Profile) -> Result<()> {
    let text = serde_json::to_string(profile).map_err(unreadable)?;
    connection
        .execute(
            "INSERT INTO customers (id, profile) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
            params![profile.customer.as_str(), text],
        )
        .map_err(lost)?;
    Ok(())
}

fn replace(connection: &Connection, profile: &Profile) -> Result<()> {
    let text = serde_json::to_string(profile).map_err(unreadable)?;
    let statement = "UPDATE customers SET profile = ?2 WHERE id = ?1";
    connection.execute(statement, params![profile.customer.as_str(), text]).map_err(lost)?;
    Ok(())
}

fn select(connection: &Connection, id: &str) -> Result<Profile> {
    let mut statement = connection.prepare_cached("SELECT profile FROM customers WHERE id = ?1").map_err(lost)?;
    let text: Option<String> = statement.query_row([id], |row| row.get(0)).optional().map_err(lost)?;
    let text = text.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such customer"))?;
    serde_json::from_str(&text).map_err(unreadable)
}

fn unreadable(cause: serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, "a stored profile cannot be read").caused_by(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn keeps_the_promises_of_the_port() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteCustomers::new(Database::open(&folder.path().join("customers.db")).unwrap());
        let profiles = SqliteCustomers::demonstration().unwrap();
        store.seed(profiles.clone()).await.unwrap();
        store.seed(profiles.clone()).await.unwrap();
        contract::testing::customers::check(&store, &profiles).await;
    }

    #[tokio::test]
    async fn keeps_the_promises_of_personal_data_and_seeds_nobody_twice() {
        let store = SqliteCustomers::new(Database::in_memory().unwrap());
        let profiles = SqliteCustomers::demonstration().unwrap();
        let plant = async |caller: &contract::Caller, word: &str| {
            let access = caller.access().unwrap();
            let profile = Profile { customer: access.customer().clone(), ..profiles[0].clone() };
            store.database.write(move |connection| insert(connection, &profile)).await.unwrap();
            let (session, at) = (SessionId::new(word).unwrap(), "2026-11-28T09:00:00Z".parse().unwrap());
            let memory = Memory { session, at, kind: contract::profile::MemoryKind::Open, text: word.into() };
            store.remember(&access, &[memory]).await.unwrap();
            word.to_owned()
        };
        contract::testing::personal_data::check(&store, plant).await;

        let ada = contract::testing::access("ada");
        store.seed(profiles.clone()).await.unwrap();
        assert_eq!(store.erase(&ada).await.unwrap(), 1);
        store.seed(profiles.clone()).await.unwrap();
        assert_eq!(store.profile(&ada).await.unwrap_err().kind, ErrorKind::NotFound, "a restart brings nobody back");
    }

    #[test]
    fn the_demonstration_has_a_dozen_people_with_distinct_names_and_cars() {
        let profiles = SqliteCustomers::demonstration().unwrap();
        assert!(profiles.len() >= 12);
        let vins: std::collections::HashSet<_> =
            profiles.iter().flat_map(|profile| &profile.vehicles).map(|vehicle| &vehicle.vin).collect();
        assert_eq!(vins.len(), profiles.iter().map(|profile| profile.vehicles.len()).sum::<usize>());
    }
}
