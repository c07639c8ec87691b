//! What the service desk reads: dealers, cars, slots and appointments.

use std::collections::HashMap;

use backoffice::service_desk::{Appointment, Dealer, Slot, VehicleFile};
use contract::{Access, Result, Vin};
use jiff::civil::DateTime;
use serde::de::IgnoredAny;

use super::items::{self, APPOINTMENT, AppointmentItem, CarItem, DEALERS, DealerItem, SlotItem};
use super::{DynamoServiceDesk, missing};
use crate::dynamo::Item;
use crate::dynamo::expression::put;
use crate::dynamo::store::Plan;

/// How calendars begin that do not reach before the first of all slots.
const FIRST_YEAR: i16 = 1;

impl DynamoServiceDesk {
    /// Puts an item unless it is there.
    pub(super) async fn add(&self, item: Item) -> Result<()> {
        let item = &item;
        let plan = move || async move {
            let key = item.iter().filter(|(name, _)| ["pk", "sk"].contains(&name.as_str()));
            let key = key.map(|(name, value)| (name.clone(), value.clone())).collect();
            if self.store.get::<IgnoredAny>(key).await?.is_some() {
                return Ok(Plan::Answer(()));
            }
            Ok(Plan::Write(vec![put(&self.store.table, item.clone(), super::ABSENT, &[])?], ()))
        };
        self.store.change("directory", plan).await
    }

    pub(super) async fn dealer(&self, id: &str) -> Result<Dealer> {
        let found: Option<DealerItem> = self.store.get(items::dealer_key(id)).await?;
        items::parsed(&found.ok_or_else(|| missing("there is no such dealer"))?.dealer)
    }

    pub(super) async fn dealers_of(&self, market: &str) -> Result<Vec<Dealer>> {
        let mut found: Vec<DealerItem> = self.store.all(DEALERS, "DEALER#").await?;
        found.sort_by_key(|item| item.position);
        let all: Vec<Dealer> = found.iter().map(|item| items::parsed(&item.dealer)).collect::<Result<_>>()?;
        Ok(all.into_iter().filter(|dealer| dealer.market == market).collect())
    }

    pub(super) async fn car(&self, access: &Access, vin: &Vin) -> Result<VehicleFile> {
        let found: Option<CarItem> = self.store.get(items::car_key(vin)).await?;
        let own = found.filter(|car| car.owner == *access.customer());
        items::parsed(&own.ok_or_else(|| missing("nothing is known of such a car of this customer"))?.file)
    }

    pub(super) async fn cars_at(&self, slot: &Slot) -> Result<u32> {
        let found: Option<SlotItem> = self.store.get(items::slot_key(slot)).await?;
        Ok(found.map_or(0, |slot| slot.cars))
    }

    /// How many cars come to a dealer at each moment at which any does.
    pub(super) async fn taken(&self, dealer: &str, from: DateTime, until: DateTime) -> Result<HashMap<DateTime, u32>> {
        // Years of four digits are in the order of their digits; others have no slots.
        let from = if from.year() < FIRST_YEAR { DateTime::ZERO } else { from };
        if from > until {
            return Ok(HashMap::new());
        }
        let first = items::slot_name(from);
        let found: Vec<SlotItem> =
            self.store.between(&items::slot_partition(dealer), &first, &items::slot_name(until)).await?;
        Ok(found.into_iter().map(|slot| (slot.at, slot.cars)).collect())
    }

    pub(super) async fn appointments_of(&self, access: &Access) -> Result<Vec<Appointment>> {
        let found: Vec<AppointmentItem> = self.store.all(&items::appointment_partition(access), APPOINTMENT).await?;
        found.iter().map(|item| items::parsed(&item.appointment)).collect()
    }

    /// An appointment of the customer, and the version of its item.
    pub(super) async fn appointment_of(&self, access: &Access, number: &str) -> Result<(Appointment, u64)> {
        let found: Option<AppointmentItem> = self.store.get(items::appointment_key(access, number)).await?;
        let found = found.ok_or_else(|| missing("the customer has no such appointment"))?;
        Ok((items::parsed(&found.appointment)?, found.version))
    }

    pub(super) async fn is_used(&self, number: &str) -> Result<bool> {
        Ok(self.store.get::<IgnoredAny>(items::number_key(number)).await?.is_some())
    }
}
