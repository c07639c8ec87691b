//! What the service desk keeps of a person: their appointments, what came of their actions, their case numbers and the files of
//! their cars. For the last two its table is read from one end to the other.

use async_trait::async_trait;
use backoffice::service_desk::Appointment;
use contract::ports::PersonalData;
use contract::{Access, Result};
use serde_json::{Value, json};

use super::items::{self, APPOINTMENT, AppointmentItem, CarItem, Outcome};
use super::{DynamoServiceDesk, Plan};
use crate::dynamo::Item;
use crate::dynamo::expression::{delete, text};
use crate::dynamo::items::parse;
use crate::dynamo::tables::{PARTITION_KEY, SORT_KEY};
use crate::dynamo::whole::name_of;

impl DynamoServiceDesk {
    /// What came of the customer's actions at the desk.
    async fn actions_of(&self, access: &Access) -> Result<Vec<Item>> {
        let found = self.store.whole().partition(&items::action_partition(access)).await?;
        Ok(found.into_iter().filter(|item| name_of(item, SORT_KEY).starts_with("DESK#")).collect())
    }

    /// The files of the customer's cars, and the numbers of their cases.
    async fn elsewhere_of(&self, access: &Access) -> Result<Vec<Item>> {
        const FILTER: &str =
            "#owner = :owner AND ((begins_with(#pk, :cars) AND #sk = :file) OR begins_with(#pk, :numbers))";
        let values = [
            (":owner", text(access.customer().as_str())),
            (":cars", text("CAR#")),
            (":file", text("FILE")),
            (":numbers", text("NUMBER#")),
        ];
        let mut found = self.store.whole().sweep(FILTER, &values).await?;
        found.sort_by(|one, other| name_of(one, PARTITION_KEY).cmp(name_of(other, PARTITION_KEY)));
        Ok(found)
    }

    /// Deletes an appointment; a slot that the customer had is free again.
    async fn let_go(&self, access: &Access, number: &str) -> Result<()> {
        let plan = move || async move {
            let found: Option<AppointmentItem> = self.store.get(items::appointment_key(access, number)).await?;
            let Some(found) = found else { return Ok(Plan::Answer(())) };
            let appointment: Appointment = items::parsed(&found.appointment)?;
            let mut writes = vec![delete(&self.store.table, items::appointment_key(access, number))?];
            if !appointment.cancelled {
                let slot = &appointment.order.slot;
                let here = self.cars_at(slot).await?;
                writes.push(self.count(slot, here, here.saturating_sub(1))?);
            }
            Ok(Plan::Write(writes, ()))
        };
        self.store.change(&items::appointment_partition(access), plan).await
    }
}

#[async_trait]
impl PersonalData for DynamoServiceDesk {
    fn store(&self) -> &'static str {
        "service_desk"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        for item in self.elsewhere_of(access).await? {
            if name_of(&item, SORT_KEY) == "FILE" {
                let car: CarItem = parse(item)?;
                all.push(json!({"car": items::parsed::<Value>(&car.file)?}));
            }
        }
        for appointment in self.appointments_of(access).await? {
            all.push(json!({"appointment": appointment}));
        }
        for item in self.actions_of(access).await? {
            let action = name_of(&item, SORT_KEY).trim_start_matches("DESK#").to_owned();
            let outcome: Outcome = parse(item)?;
            all.push(json!({"action": action, "outcome": outcome}));
        }
        Ok(all)
    }

    async fn erase(&self, access: &Access) -> Result<u64> {
        let appointments: Vec<AppointmentItem> =
            self.store.all(&items::appointment_partition(access), APPOINTMENT).await?;
        let mut count = appointments.len();
        for found in appointments {
            let appointment: Appointment = items::parsed(&found.appointment)?;
            self.let_go(access, &appointment.number).await?;
        }
        let (actions, elsewhere) = (self.actions_of(access).await?, self.elsewhere_of(access).await?);
        count += actions.len() + elsewhere.len();
        self.store.whole().remove(actions.into_iter().chain(elsewhere).collect()).await?;
        Ok(count as u64)
    }
}
