//! The port to the service desk: dealers, appointments, and what is known of each car.

mod calendar;
mod directory;
mod number;

use async_trait::async_trait;
use contract::turn::Location;
use contract::{Access, ActionId, Result, Vin};
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

pub use calendar::HORIZON_DAYS;
pub use directory::{Directory, OwnedCar};
pub use number::numbers;

/// Books the workshops' time, and knows each car's service history, warranty and recalls.
#[async_trait]
pub trait ServiceDesk: Send + Sync {
    /// The dealers of a market, such as `uk`.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn dealers(&self, market: &str) -> Result<Vec<Dealer>>;

    /// Free slots that are still to come, soonest first, at most [`HORIZON_DAYS`] ahead.
    ///
    /// # Errors
    /// `NotFound` when there is no such dealer, or it does not do such work; `Unavailable`.
    async fn slots(&self, wanted: &Wanted) -> Result<Vec<Slot>>;

    /// The customer's appointments that are not cancelled and not past, soonest first.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn appointments(&self, access: &Access) -> Result<Vec<Appointment>>;

    /// One appointment of the customer by its case number, also one that is past or cancelled.
    ///
    /// # Errors
    /// `NotFound` when the customer has no such appointment; `Unavailable`.
    async fn appointment(&self, access: &Access, number: &str) -> Result<Appointment>;

    /// Books a slot, once for each action of a customer. The same action again gives the first outcome, whatever the order
    /// says now and whatever became of the appointment since.
    ///
    /// # Errors
    /// `Conflict` when the slot is taken by now, also when it was for this action the first time; `NotFound` when there is no
    /// such slot, the dealer does not do such work, or the car is not the customer's; `Unavailable`: whether it was booked
    /// is found out by asking again with the same action.
    async fn book(&self, access: &Access, order: &Order, action: &ActionId) -> Result<Appointment>;

    /// Moves an appointment of the customer to another slot, once for each action. It keeps its number, and the old slot is
    /// free again. When it fails, the appointment stands where it stood.
    ///
    /// # Errors
    /// As [`Self::book`]; `NotFound` when the customer has no such appointment, or it is cancelled or past.
    async fn rebook(&self, access: &Access, appointment: &str, slot: &Slot, action: &ActionId) -> Result<Appointment>;

    /// Cancels an appointment of the customer, once for each action. Its slot is free again.
    ///
    /// # Errors
    /// `NotFound` when the customer has no such appointment, or it is past; `Unavailable`.
    async fn cancel(&self, access: &Access, appointment: &str, action: &ActionId) -> Result<Appointment>;

    /// What is known of a car of the customer.
    ///
    /// # Errors
    /// `NotFound` when it is not theirs or nothing is known; `Unavailable`.
    async fn file(&self, access: &Access, vin: &Vin) -> Result<VehicleFile>;

    /// Whether it could book now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}

/// A workshop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dealer {
    /// Stable id, such as `leeds`.
    pub id: String,
    /// Its name, such as `Veldra Centre Leeds`.
    pub name: String,
    /// The town, as customers say it, such as `Leeds`.
    pub town: String,
    /// Street, postcode and town.
    pub address: String,
    /// Telephone number.
    pub phone: String,
    /// The market, such as `uk`.
    pub market: String,
    /// Where it is.
    pub location: Location,
    /// The kinds of work that it does.
    pub work: Vec<Work>,
    /// Its time zone in the IANA database, such as `Europe/London`.
    pub time_zone: String,
    /// When it is open.
    pub hours: Vec<Hours>,
    /// Days on which it is closed although [`Self::hours`] says otherwise.
    #[serde(default)]
    pub closed: Vec<Date>,
    /// Minutes from one slot to the next: a divisor of 60.
    pub grid_minutes: u8,
    /// How many cars it can take in for each slot.
    pub bays: u32,
}

/// When a dealer is open on some days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The first and the last day of the week, Monday as 1 to Sunday as 7.
    pub days: (i8, i8),
    /// The first slot.
    pub opens: Time,
    /// Nobody comes at or after this time.
    pub closes: Time,
}

/// What is done to a car.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The regular service.
    Service,
    /// Something is broken or makes noise.
    Repair,
    /// Wheels and tyres.
    Tyres,
    /// A recall.
    Recall,
    /// A look at it, to say what is wrong.
    Inspection,
}

impl Work {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Service, Self::Repair, Self::Tyres, Self::Recall, Self::Inspection];

    /// Its name, as it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Repair => "repair",
            Self::Tyres => "tyres",
            Self::Recall => "recall",
            Self::Inspection => "inspection",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|work| work.name() == name)
    }
}

/// Which slots are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The dealer, by id.
    pub dealer: String,
    /// What is to be done.
    pub work: Work,
    /// Not before this moment, in the dealer's time.
    pub from: DateTime,
    /// Not after this moment, in the dealer's time.
    pub until: DateTime,
    /// At most so many.
    pub limit: usize,
}

/// A time at which a workshop can take a car in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// The dealer, by id.
    pub dealer: String,
    /// When the car is brought, in the dealer's time.
    pub at: DateTime,
}

/// What is to be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// When and where.
    pub slot: Slot,
    /// The car.
    pub vin: Vin,
    /// What is to be done.
    pub work: Work,
    /// What the customer said about it; may be empty.
    pub note: String,
}

/// A booked slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// The case number that customers are told, such as `SV-7K2M9Q`.
    pub number: String,
    /// What was booked.
    pub order: Order,
    /// Name of the dealer.
    pub dealer_name: String,
    /// How often it was moved.
    pub moves: u32,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// What is known of a car.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VehicleFile {
    /// The car.
    pub vin: Vin,
    /// Day of its first registration, from which the warranty runs.
    pub registered: Date,
    /// Work that was done, newest first.
    pub services: Vec<PastService>,
    /// Recalls that are open for this very car.
    pub recalls: Vec<Recall>,
}

/// Work that was done on a car.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastService {
    /// The day.
    pub on: Date,
    /// Odometer then, in kilometres.
    pub odometer_km: u32,
    /// What kind of work it was; only [`Work::Service`] starts a new interval.
    pub work: Work,
    /// The dealer, by id.
    pub dealer: String,
    /// What was done, in one sentence.
    pub summary: String,
}

/// A recall that is open for a car.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recall {
    /// Its number, such as `VR-2026-014`.
    pub number: String,
    /// What is wrong and what is done about it, in one sentence.
    pub summary: String,
    /// Whether the car must not be driven until then.
    pub do_not_drive: bool,
}
