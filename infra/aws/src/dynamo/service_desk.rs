//! The service desk in DynamoDB: the calendar says which slots there are, a counter for each slot that was ever booked how many
//! cars come then.
//!
//! An action leaves what came of it in the same transaction as its work: whoever asks again reads that.

mod items;
mod personal;
mod read;

use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use backoffice::ServiceDesk;
use backoffice::service_desk::{Appointment, Dealer, Directory, Order, Slot, VehicleFile, Wanted, numbers};
use contract::ports::Clock;
use contract::{Access, ActionId, Error, ErrorKind, Result, Vin};

use self::items::{AppointmentItem, Outcome};
use super::Write;
use super::capacity::Capacity;
use super::expression::{number, put};
use super::items::item;
use super::store::{Plan, Store};
use super::tables::Tables;

const ABSENT: &str = "attribute_not_exists(#pk)";
const UNCHANGED: &str = "#version = :version";

/// Books the workshops' time in the table `<prefix>-customers`. Cheap to clone.
#[derive(Clone)]
pub struct DynamoServiceDesk {
    store: Store,
}

impl DynamoServiceDesk {
    /// A desk in the table whose name begins with `prefix`. It knows the dealers and cars that were stored by [`Self::seed`].
    pub fn new(config: &SdkConfig, prefix: &str, clock: Arc<dyn Clock>) -> Self {
        Self { store: Store::new(config, Tables::named(prefix).customers, clock) }
    }

    /// What all calls of this desk and its clones consumed so far.
    pub fn consumed(&self) -> Capacity {
        self.store.consumed()
    }

    /// Stores each dealer and car that is not known already. Nothing is overwritten.
    ///
    /// # Errors
    /// `Unavailable`, `Refused`, `Busy`.
    pub async fn seed(&self, directory: &Directory) -> Result<()> {
        for (position, dealer) in directory.dealers.iter().enumerate() {
            self.add(items::dealer_of(dealer, position)?).await?;
        }
        for car in &directory.cars {
            self.add(items::car_of(car)?).await?;
        }
        Ok(())
    }

    /// Stores each dealer and car in place of what was known of it, one after the other: after a failure, do it again. What
    /// the directory does not name stays.
    ///
    /// # Errors
    /// `Unavailable`, `Refused`, `Busy`.
    pub async fn import(&self, directory: &Directory) -> Result<()> {
        for (position, dealer) in directory.dealers.iter().enumerate() {
            self.store.put(items::dealer_of(dealer, position)?).await?;
        }
        for car in &directory.cars {
            self.store.put(items::car_of(car)?).await?;
        }
        Ok(())
    }

    /// Does the work of an action unless it was done before. Reading and doing hold together by the conditions of the writes.
    async fn once<F>(
        &self,
        access: &Access,
        action: &ActionId,
        work: impl Fn() -> F + Send + Sync,
    ) -> Result<Appointment>
    where
        F: Future<Output = Result<(Vec<Write>, Outcome)>> + Send,
    {
        let work = &work;
        let plan = move || async move {
            let key = items::action_key(access, action);
            if let Some(known) = self.store.get(key.clone()).await? {
                return Ok(Plan::Answer(known));
            }
            let (mut writes, outcome) = work().await?;
            writes.push(put(&self.store.table, item(key, &outcome)?, ABSENT, &[])?);
            Ok(Plan::Write(writes, outcome))
        };
        match self.store.change(&format!("DESK#{}", access.customer()), plan).await? {
            Outcome::Done { appointment } => items::parsed(&appointment),
            Outcome::Taken => Err(Error::new(ErrorKind::Conflict, "the slot is taken").hint("ask for free slots")),
        }
    }

    async fn plan_to_book(&self, access: &Access, order: &Order, action: &ActionId) -> Result<(Vec<Write>, Outcome)> {
        self.car(access, &order.vin).await?;
        let dealer = self.offering(order).await?;
        let cars = self.cars_at(&order.slot).await?;
        if cars >= dealer.bays {
            return Ok((Vec::new(), Outcome::Taken));
        }
        let (number, order) = (self.unused(action).await?, order.clone());
        let booked = Appointment { number, order, dealer_name: dealer.name, moves: 0, cancelled: false };
        let writes = vec![
            self.count(&booked.order.slot, cars, cars + 1)?,
            put(&self.store.table, items::number_of(&booked.number, access)?, ABSENT, &[])?,
            put(&self.store.table, AppointmentItem::of(access, &booked, 1)?, ABSENT, &[])?,
        ];
        Ok((writes, Outcome::of(&booked)?))
    }

    async fn plan_to_move(&self, access: &Access, number: &str, slot: &Slot) -> Result<(Vec<Write>, Outcome)> {
        let (old, version) = self.appointment_of(access, number).await?;
        if old.cancelled || !self.is_to_come(&old).await? {
            return Err(missing("the appointment is cancelled or past"));
        }
        let order = Order { slot: slot.clone(), ..old.order.clone() };
        let dealer = self.offering(&order).await?;
        let moved = Appointment { order, dealer_name: dealer.name, moves: old.moves.saturating_add(1), ..old.clone() };
        let mut writes = vec![self.replace(access, &moved, version)?];
        // Its own bay does not stand in its way.
        if moved.order.slot != old.order.slot {
            let (there, here) = (self.cars_at(slot).await?, self.cars_at(&old.order.slot).await?);
            if there >= dealer.bays {
                return Ok((Vec::new(), Outcome::Taken));
            }
            writes.push(self.count(slot, there, there + 1)?);
            writes.push(self.count(&old.order.slot, here, here.saturating_sub(1))?);
        }
        Ok((writes, Outcome::of(&moved)?))
    }

    async fn plan_to_cancel(&self, access: &Access, number: &str) -> Result<(Vec<Write>, Outcome)> {
        let (old, version) = self.appointment_of(access, number).await?;
        if !self.is_to_come(&old).await? {
            return Err(missing("the appointment is past"));
        }
        let mut writes = Vec::new();
        if !old.cancelled {
            let here = self.cars_at(&old.order.slot).await?;
            writes.push(self.count(&old.order.slot, here, here.saturating_sub(1))?);
        }
        let cancelled = Appointment { cancelled: true, ..old };
        writes.push(self.replace(access, &cancelled, version)?);
        Ok((writes, Outcome::of(&cancelled)?))
    }

    /// Puts an appointment in place of the one of this version.
    fn replace(&self, access: &Access, appointment: &Appointment, version: u64) -> Result<Write> {
        let item = AppointmentItem::of(access, appointment, version + 1)?;
        put(&self.store.table, item, UNCHANGED, &[(":version", number(version))])
    }

    /// Counts the cars of a slot, where they are still as many as were read.
    fn count(&self, slot: &Slot, before: u32, after: u32) -> Result<Write> {
        let same = if before == 0 { "attribute_not_exists(#cars) OR #cars = :before" } else { "#cars = :before" };
        put(&self.store.table, items::slot_of(slot, after)?, same, &[(":before", number(before))])
    }

    /// The dealer of an order, if it has such a slot for such work.
    async fn offering(&self, order: &Order) -> Result<Dealer> {
        let dealer = self.dealer(&order.slot.dealer).await?;
        if dealer.does(order.work) && dealer.has_slot(order.slot.at, self.store.clock.now()) {
            Ok(dealer)
        } else {
            Err(missing("the dealer has no such slot"))
        }
    }

    async fn is_to_come(&self, appointment: &Appointment) -> Result<bool> {
        let slot = &appointment.order.slot;
        Ok(self.dealer(&slot.dealer).await?.local(self.store.clock.now()) < slot.at)
    }

    /// The first number of the action that no appointment has.
    async fn unused(&self, action: &ActionId) -> Result<String> {
        for number in numbers(action) {
            if !self.is_used(&number).await? {
                return Ok(number);
            }
        }
        Err(Error::new(ErrorKind::Internal, "no case number is left"))
    }
}

#[async_trait]
impl ServiceDesk for DynamoServiceDesk {
    async fn dealers(&self, market: &str) -> Result<Vec<Dealer>> {
        self.dealers_of(market).await
    }

    async fn slots(&self, wanted: &Wanted) -> Result<Vec<Slot>> {
        let dealer = self.dealer(&wanted.dealer).await?;
        if !dealer.does(wanted.work) {
            return Err(missing("the dealer does not do such work"));
        }
        let taken = self.taken(&dealer.id, wanted.from, wanted.until).await?;
        let all = dealer.slots(wanted.from, wanted.until, self.store.clock.now());
        let free = all.filter(|at| taken.get(at).is_none_or(|cars| *cars < dealer.bays));
        Ok(free.take(wanted.limit).map(|at| Slot { dealer: dealer.id.clone(), at }).collect())
    }

    async fn appointments(&self, access: &Access) -> Result<Vec<Appointment>> {
        let mut standing = Vec::new();
        for appointment in self.appointments_of(access).await? {
            if !appointment.cancelled && self.is_to_come(&appointment).await? {
                standing.push(appointment);
            }
        }
        standing.sort_by_key(|appointment| appointment.order.slot.at);
        Ok(standing)
    }

    async fn appointment(&self, access: &Access, number: &str) -> Result<Appointment> {
        Ok(self.appointment_of(access, number).await?.0)
    }

    async fn book(&self, access: &Access, order: &Order, action: &ActionId) -> Result<Appointment> {
        self.once(access, action, move || self.plan_to_book(access, order, action)).await
    }

    async fn rebook(&self, access: &Access, appointment: &str, slot: &Slot, action: &ActionId) -> Result<Appointment> {
        self.once(access, action, move || self.plan_to_move(access, appointment, slot)).await
    }

    async fn cancel(&self, access: &Access, appointment: &str, action: &ActionId) -> Result<Appointment> {
        self.once(access, action, move || self.plan_to_cancel(access, appointment)).await
    }

    async fn file(&self, access: &Access, vin: &Vin) -> Result<VehicleFile> {
        self.car(access, vin).await
    }

    async fn ready(&self) -> Result<()> {
        self.store.probe().await
    }
}

fn missing(what: &str) -> Error {
    Error::new(ErrorKind::NotFound, what)
}
