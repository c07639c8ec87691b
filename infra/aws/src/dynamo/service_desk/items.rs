//! The items of the service desk: dealers, cars, the slots that were booked, appointments, and what came of actions.

use backoffice::service_desk::{Appointment, Dealer, OwnedCar, Slot};
use contract::{Access, ActionId, CustomerId, Result, Vin};
use jiff::civil::DateTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::dynamo::Item;
use crate::dynamo::expression::key;
use crate::dynamo::failure::{malformed, unreadable};
use crate::dynamo::items::item;

const ONLY: &str = "META";
/// The partition of all dealers: there are some hundred at most.
pub(super) const DEALERS: &str = "DEALERS";
/// How the sort key of an appointment begins.
pub(super) const APPOINTMENT: &str = "APPT#";

/// The item of a dealer; `position` keeps the order of the directory.
#[derive(Serialize, Deserialize)]
pub(super) struct DealerItem {
    pub(super) position: usize,
    /// As JSON.
    pub(super) dealer: String,
}

/// The item of a car.
#[derive(Serialize, Deserialize)]
pub(super) struct CarItem {
    pub(super) owner: CustomerId,
    /// What is known of it, as JSON.
    pub(super) file: String,
}

/// The item of a slot: how many cars come then.
#[derive(Serialize, Deserialize)]
pub(super) struct SlotItem {
    pub(super) at: DateTime,
    pub(super) cars: u32,
}

/// That a case number is used.
#[derive(Serialize, Deserialize)]
pub(super) struct NumberItem {
    owner: CustomerId,
}

/// The item of an appointment, in the partition of its customer.
#[derive(Serialize, Deserialize)]
pub(super) struct AppointmentItem {
    /// As JSON.
    pub(super) appointment: String,
    /// How often it was written; whoever writes it must have read the last one.
    pub(super) version: u64,
}

/// What came of an action: for whoever asks again.
#[derive(Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It was done, and the appointment was like this then, as JSON.
    Done { appointment: String },
    /// The slot was taken.
    Taken,
}

impl Outcome {
    pub(super) fn of(appointment: &Appointment) -> Result<Self> {
        Ok(Self::Done { appointment: written(appointment)? })
    }
}

impl AppointmentItem {
    pub(super) fn of(access: &Access, appointment: &Appointment, version: u64) -> Result<Item> {
        let kept = Self { appointment: written(appointment)?, version };
        item(appointment_key(access, &appointment.number), &kept)
    }
}

pub(super) fn dealer_of(dealer: &Dealer, position: usize) -> Result<Item> {
    item(dealer_key(&dealer.id), &DealerItem { position, dealer: written(dealer)? })
}

pub(super) fn car_of(car: &OwnedCar) -> Result<Item> {
    item(car_key(&car.file.vin), &CarItem { owner: car.owner.clone(), file: written(&car.file)? })
}

pub(super) fn slot_of(slot: &Slot, cars: u32) -> Result<Item> {
    item(slot_key(slot), &SlotItem { at: slot.at, cars })
}

pub(super) fn number_of(number: &str, access: &Access) -> Result<Item> {
    item(number_key(number), &NumberItem { owner: access.customer().clone() })
}

pub(super) fn dealer_key(id: &str) -> Item {
    key(DEALERS, format!("DEALER#{id}"))
}

pub(super) fn car_key(vin: &Vin) -> Item {
    key(format!("CAR#{vin}"), "FILE")
}

pub(super) fn slot_partition(dealer: &str) -> String {
    format!("SLOTS#{dealer}")
}

/// Moments in the order of their digits.
pub(super) fn slot_name(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

pub(super) fn slot_key(slot: &Slot) -> Item {
    key(slot_partition(&slot.dealer), slot_name(slot.at))
}

pub(super) fn number_key(number: &str) -> Item {
    key(format!("NUMBER#{number}"), ONLY)
}

pub(super) fn appointment_partition(access: &Access) -> String {
    format!("DESK#{}", access.customer())
}

pub(super) fn appointment_key(access: &Access, number: &str) -> Item {
    key(appointment_partition(access), format!("{APPOINTMENT}{number}"))
}

/// An action is its customer's: nobody learns what became of another's.
pub(super) fn action_key(access: &Access, action: &ActionId) -> Item {
    key(action_partition(access), format!("DESK#{action}"))
}

/// The partition of what came of the customer's actions, at the desk and in their cars.
pub(super) fn action_partition(access: &Access) -> String {
    format!("ACTIONS#{}", access.customer())
}

pub(super) fn parsed<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|cause| -> contract::Error { unreadable(cause) })
}

fn written(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(malformed)
}
