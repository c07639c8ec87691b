//! The cars in DynamoDB, each as a device shadow: what it last reported, and what it was told to be.
//!
//! Here the cars of a [`Fleet`] are simulated: what one is told, it does, and reports at once. Where real cars are connected,
//! whoever hears them (AWS IoT's device shadows) writes the same two attributes.

use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use backoffice::vehicles::{Command, Readings};
use backoffice::{Fleet, Vehicles};
use contract::ports::{Clock, PersonalData};
use contract::{Access, ActionId, Error, ErrorKind, Result, Vin};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Item;
use super::capacity::Capacity;
use super::expression::{key, number, put};
use super::failure::{malformed, unreadable};
use super::items::{item, parse};
use super::store::{Plan, Store};
use super::tables::{SORT_KEY, Tables};
use super::whole::name_of;

const ABSENT: &str = "attribute_not_exists(#pk)";
/// The first version is absent: no number is smaller.
const UNCHANGED: &str = "attribute_not_exists(#version) OR #version = :version";

/// Keeps shadows in the table `<prefix>-customers`. Cheap to clone.
#[derive(Clone)]
pub struct DynamoVehicles {
    store: Store,
    fleet: Arc<Fleet>,
}

/// The item of a car.
#[derive(Serialize, Deserialize)]
struct Shadow {
    /// What the car reported, as JSON.
    reported: String,
    /// What it was told last, as JSON.
    desired: String,
    /// How often it was written; whoever writes it must have read the last one.
    version: u64,
}

/// The item of an action: what came of it, for whoever asks again.
#[derive(Serialize, Deserialize)]
struct Done {
    /// Why the car refused, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
}

impl DynamoVehicles {
    /// The cars of `fleet`, whose state is kept in the table whose name begins with `prefix`.
    pub fn new(config: &SdkConfig, prefix: &str, clock: Arc<dyn Clock>, fleet: Fleet) -> Self {
        Self { store: Store::new(config, Tables::named(prefix).customers, clock), fleet: Arc::new(fleet) }
    }

    /// What all calls of this store and its clones consumed so far.
    pub fn consumed(&self) -> Capacity {
        self.store.consumed()
    }

    /// The customer's connected cars.
    fn vins(&self, access: &Access) -> Result<Vec<Vin>> {
        let own = self.fleet.cars().filter(|(_, owner, ..)| *owner == access.customer().as_str());
        own.map(|(vin, ..)| Vin::new(vin)).collect()
    }

    /// What came of what the customer's cars were told.
    async fn commands(&self, access: &Access) -> Result<Vec<Item>> {
        let found = self.store.whole().partition(&format!("ACTIONS#{}", access.customer())).await?;
        Ok(found.into_iter().filter(|item| name_of(item, SORT_KEY).starts_with("CAR#")).collect())
    }

    async fn read(&self, access: &Access, vin: &Vin) -> Result<(Readings, u64)> {
        let first = self.fleet.first_readings(access, vin)?;
        let found: Option<Shadow> = self.store.get(shadow_key(vin)).await?;
        let Some(Shadow { reported, version, .. }) = found else { return Ok((first, 0)) };
        Ok((serde_json::from_str(&reported).map_err(unreadable)?, version))
    }

    async fn plan(&self, access: &Access, vin: &Vin, commands: &[Command], action: &ActionId) -> Result<Plan<Done>> {
        let table = &self.store.table;
        if let Some(done) = self.store.get(done_key(access, action)).await? {
            return Ok(Plan::Answer(done));
        }
        let (before, version) = self.read(access, vin).await?;
        let (after, refusal) = match self.fleet.obey(access, vin, &before, commands) {
            Ok(after) => (Some(after), None),
            Err(error) if error.kind == ErrorKind::Refused => (None, Some(error.message)),
            Err(error) => return Err(error),
        };
        let done = Done { refusal };
        let mut writes = vec![put(table, item(done_key(access, action), &done)?, ABSENT, &[])?];
        if let Some(after) = after {
            let text = |readings: &Readings| serde_json::to_string(readings).map_err(malformed);
            let told = commands.iter().map(|command| (command.signal.clone(), command.value.clone())).collect();
            let shadow = Shadow { reported: text(&after)?, desired: text(&told)?, version: version + 1 };
            let values = [(":version", number(version))];
            writes.push(put(table, item(shadow_key(vin), &shadow)?, UNCHANGED, &values)?);
        }
        Ok(Plan::Write(writes, done))
    }
}

#[async_trait]
impl Vehicles for DynamoVehicles {
    async fn readings(&self, access: &Access, vin: &Vin) -> Result<Readings> {
        Ok(self.read(access, vin).await?.0)
    }

    async fn command(&self, access: &Access, vin: &Vin, commands: &[Command], action: &ActionId) -> Result<()> {
        let place = format!("CAR#{vin}");
        let done = self.store.change(&place, move || self.plan(access, vin, commands, action)).await?;
        done.refusal.map_or(Ok(()), |reason| Err(Error::new(ErrorKind::Refused, reason)))
    }

    async fn ready(&self) -> Result<()> {
        self.store.probe().await
    }
}

#[async_trait]
impl PersonalData for DynamoVehicles {
    fn store(&self) -> &'static str {
        "vehicles"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        for vin in self.vins(access)? {
            if let Some(Shadow { reported, .. }) = self.store.get(shadow_key(&vin)).await? {
                let readings: Value = serde_json::from_str(&reported).map_err(unreadable)?;
                all.push(json!({"vin": vin, "readings": readings}));
            }
        }
        for item in self.commands(access).await? {
            let action = name_of(&item, SORT_KEY).trim_start_matches("CAR#").to_owned();
            let done: Done = parse(item)?;
            all.push(json!({"action": action, "refusal": done.refusal}));
        }
        Ok(all)
    }

    /// The cars themselves stay: they report again what they were built with.
    async fn erase(&self, access: &Access) -> Result<u64> {
        let mut gone = self.commands(access).await?;
        for vin in self.vins(access)? {
            if self.store.get::<IgnoredAny>(shadow_key(&vin)).await?.is_some() {
                gone.push(shadow_key(&vin));
            }
        }
        let count = gone.len() as u64;
        self.store.whole().remove(gone).await?;
        Ok(count)
    }
}

fn shadow_key(vin: &Vin) -> Item {
    key(format!("CAR#{vin}"), "SHADOW")
}

/// An action is its customer's: nobody learns what became of another's.
fn done_key(access: &Access, action: &ActionId) -> Item {
    key(format!("ACTIONS#{}", access.customer()), format!("CAR#{action}"))
}
