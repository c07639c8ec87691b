//! The service desk in SQLite: the calendar says which slots there are, the appointments which of them are taken.

mod demonstration;
mod personal;
mod rows;

use std::sync::Arc;

use async_trait::async_trait;
use backoffice::ServiceDesk;
use backoffice::service_desk::{Appointment, Dealer, Directory, Order, Slot, VehicleFile, Wanted, numbers};
use contract::ports::Clock;
use contract::{Access, ActionId, Error, ErrorKind, Result, Vin};
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::OnceCell;

use self::rows::Outcome;
use crate::Database;

/// Books the workshops' time in one SQLite file. Cheap to clone.
#[derive(Clone)]
pub struct SqliteServiceDesk {
    database: Database,
    clock: Arc<dyn Clock>,
    /// What is stored before the first answer, and whether it was.
    directory: fn() -> Result<Directory>,
    furnished: Arc<OnceCell<()>>,
}

impl SqliteServiceDesk {
    /// One in `database` that knows the demonstration's dealers and cars from its first answer on.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock, directory: Self::demonstration, furnished: Arc::default() }
    }

    /// One that knows only what its file holds.
    pub fn unfurnished(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { directory: || Ok(Directory::default()), ..Self::new(database, clock) }
    }

    /// Stores each dealer and car that is not known already; a car that was once and is gone does not come back. Nothing is
    /// overwritten.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn seed(&self, directory: Directory) -> Result<()> {
        self.database.write(move |connection| rows::seed(connection, &directory)).await
    }

    /// Stores each dealer and car in place of what was known of it, all or none. What the directory does not name stays.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn import(&self, directory: Directory) -> Result<()> {
        self.database.write(move |connection| rows::import(connection, &directory)).await
    }

    async fn furnished(&self) -> Result<()> {
        self.furnished.get_or_try_init(|| async { self.seed((self.directory)()?).await }).await.copied()
    }

    async fn read<T: Send + 'static>(&self, work: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        self.furnished().await?;
        self.database.read(work).await
    }

    /// Does the work of an action unless it was done before. Finding out and doing are one transaction, so neither a crowd
    /// nor a crash comes between.
    async fn once(
        &self,
        access: &Access,
        action: &ActionId,
        work: impl FnOnce(&Connection, &str) -> Result<Outcome> + Send + 'static,
    ) -> Result<Appointment> {
        self.furnished().await?;
        let (owner, action) = (access.customer().as_str().to_owned(), action.clone());
        let outcome = self.database.write(move |connection| {
            if let Some(known) = rows::outcome(connection, &owner, &action)? {
                return Ok(known);
            }
            let outcome = work(connection, &owner)?;
            rows::keep_outcome(connection, &owner, &action, &outcome)?;
            Ok(outcome)
        });
        match outcome.await? {
            Outcome::Done(appointment) => Ok(appointment),
            Outcome::Taken => Err(Error::new(ErrorKind::Conflict, "the slot is taken").hint("ask for free slots")),
        }
    }
}

#[async_trait]
impl ServiceDesk for SqliteServiceDesk {
    async fn dealers(&self, market: &str) -> Result<Vec<Dealer>> {
        let market = market.to_owned();
        self.read(move |connection| rows::dealers(connection, &market)).await
    }

    async fn slots(&self, wanted: &Wanted) -> Result<Vec<Slot>> {
        let (wanted, now) = (wanted.clone(), self.clock.now());
        self.read(move |connection| {
            let dealer = rows::dealer(connection, &wanted.dealer)?;
            if !dealer.does(wanted.work) {
                return Err(missing("the dealer does not do such work"));
            }
            let taken = rows::taken(connection, &dealer.id, wanted.from, wanted.until)?;
            let free = dealer
                .slots(wanted.from, wanted.until, now)
                .filter(|at| taken.get(at).is_none_or(|cars| *cars < dealer.bays));
            Ok(free.take(wanted.limit).map(|at| Slot { dealer: dealer.id.clone(), at }).collect())
        })
        .await
    }

    async fn appointments(&self, access: &Access) -> Result<Vec<Appointment>> {
        let (owner, now) = (access.customer().as_str().to_owned(), self.clock.now());
        self.read(move |connection| {
            let mut standing = Vec::new();
            for appointment in rows::appointments(connection, &owner)? {
                if !appointment.cancelled && is_to_come(connection, &appointment, now)? {
                    standing.push(appointment);
                }
            }
            Ok(standing)
        })
        .await
    }

    async fn appointment(&self, access: &Access, number: &str) -> Result<Appointment> {
        let (owner, number) = (access.customer().as_str().to_owned(), number.to_owned());
        self.read(move |connection| rows::appointment(connection, &owner, &number)).await
    }

    async fn book(&self, access: &Access, order: &Order, action: &ActionId) -> Result<Appointment> {
        let (order, now, asking) = (order.clone(), self.clock.now(), action.clone());
        self.once(access, action, move |connection, owner| {
            rows::file(connection, owner, &order.vin)?;
            let dealer = offering(connection, &order, now)?;
            if rows::cars_at(connection, &order.slot)? >= dealer.bays {
                return Ok(Outcome::Taken);
            }
            let number = unused(connection, &asking)?;
            let appointment = Appointment { number, order, dealer_name: dealer.name, moves: 0, cancelled: false };
            rows::keep(connection, owner, &appointment)?;
            Ok(Outcome::Done(appointment))
        })
        .await
    }

    async fn rebook(&self, access: &Access, appointment: &str, slot: &Slot, action: &ActionId) -> Result<Appointment> {
        let (number, slot, now) = (appointment.to_owned(), slot.clone(), self.clock.now());
        self.once(access, action, move |connection, owner| {
            let old = rows::appointment(connection, owner, &number)?;
            if old.cancelled || !is_to_come(connection, &old, now)? {
                return Err(missing("the appointment is cancelled or past"));
            }
            let order = Order { slot, ..old.order.clone() };
            let dealer = offering(connection, &order, now)?;
            // Its own bay does not stand in its way.
            let others = rows::cars_at(connection, &order.slot)? - u32::from(order.slot == old.order.slot);
            if others >= dealer.bays {
                return Ok(Outcome::Taken);
            }
            let moved = Appointment { order, dealer_name: dealer.name, moves: old.moves.saturating_add(1), ..old };
            rows::keep(connection, owner, &moved)?;
            Ok(Outcome::Done(moved))
        })
        .await
    }

    async fn cancel(&self, access: &Access, appointment: &str, action: &ActionId) -> Result<Appointment> {
        let (number, now) = (appointment.to_owned(), self.clock.now());
        self.once(access, action, move |connection, owner| {
            let old = rows::appointment(connection, owner, &number)?;
            if !is_to_come(connection, &old, now)? {
                return Err(missing("the appointment is past"));
            }
            let cancelled = Appointment { cancelled: true, ..old };
            rows::keep(connection, owner, &cancelled)?;
            Ok(Outcome::Done(cancelled))
        })
        .await
    }

    async fn file(&self, access: &Access, vin: &Vin) -> Result<VehicleFile> {
        let (owner, vin) = (access.customer().as_str().to_owned(), vin.clone());
        self.read(move |connection| rows::file(connection, &owner, &vin)).await
    }

    async fn ready(&self) -> Result<()> {
        self.read(|connection| rows::dealers(connection, "").map(|_| ())).await
    }
}

/// The dealer of an order, if it has such a slot for such work.
fn offering(connection: &Connection, order: &Order, now: Timestamp) -> Result<Dealer> {
    let dealer = rows::dealer(connection, &order.slot.dealer)?;
    if dealer.does(order.work) && dealer.has_slot(order.slot.at, now) {
        Ok(dealer)
    } else {
        Err(missing("the dealer has no such slot"))
    }
}

fn is_to_come(connection: &Connection, appointment: &Appointment, now: Timestamp) -> Result<bool> {
    let slot = &appointment.order.slot;
    Ok(rows::dealer(connection, &slot.dealer)?.local(now) < slot.at)
}

/// The first number of the action that no appointment has.
fn unused(connection: &Connection, action: &ActionId) -> Result<String> {
    for number in numbers(action) {
        if !rows::is_used(connection, &number)? {
            return Ok(number);
        }
    }
    Err(Error::new(ErrorKind::Internal, "no case number is left"))
}

fn missing(what: &str) -> Error {
    Error::new(ErrorKind::NotFound, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn keeps_the_promises_of_the_port() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        let make =
            |clock| -> Arc<dyn ServiceDesk> { Arc::new(SqliteServiceDesk::new(Database::open(&path).unwrap(), clock)) };
        let directory = SqliteServiceDesk::demonstration().unwrap();
        backoffice::testing::service_desk::check(make, &directory).await;
    }

    #[tokio::test]
    async fn what_is_imported_takes_the_place_of_what_was_known() {
        let clock = Arc::new(contract::testing::ManualClock::default());
        let desk = SqliteServiceDesk::unfurnished(Database::in_memory().unwrap(), clock);
        let directory = SqliteServiceDesk::demonstration().unwrap();
        backoffice::testing::directory::check(&desk, &directory, async |all| desk.import(all).await).await;
    }

    #[tokio::test]
    async fn an_unfurnished_desk_knows_nobody() {
        let clock = Arc::new(contract::testing::ManualClock::default());
        let desk = SqliteServiceDesk::unfurnished(Database::in_memory().unwrap(), clock);
        assert_eq!(desk.dealers("uk").await.unwrap(), []);
        desk.seed(SqliteServiceDesk::demonstration().unwrap()).await.unwrap();
        assert!(!desk.dealers("uk").await.unwrap().is_empty());
    }
}
