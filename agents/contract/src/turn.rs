//! A turn: one thing said by one customer, and all that was known when it was said.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};

use crate::{Action, Caller, CaseId, Decision, SessionId, TurnId};

/// One message of a customer on its way to a reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Turn {
    /// This turn.
    pub id: TurnId,
    /// The conversation it belongs to.
    pub session: SessionId,
    /// Who is speaking, as the door verified it.
    pub caller: Caller,
    /// Where they are speaking from.
    pub channel: Channel,
    /// What they said: 1 to 4,000 characters, without control characters.
    pub text: String,
    /// How they want to be spoken to; routing decides when they did not say.
    pub tone: Option<Tone>,
    /// BCP 47 tag of the language they use, `en` when unknown.
    pub locale: String,
    /// What the car reports about itself, if it does.
    pub vehicle: Option<VehicleState>,
    /// The button below a proposal that was pressed, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// When the door received it.
    pub received: Timestamp,
    /// How long after `received` the whole reply is due, in milliseconds.
    pub deadline_ms: u64,
}

impl Turn {
    /// How long after it was received the whole reply is due.
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }
}

/// Where the customer speaks from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A browser.
    #[default]
    Web,
    /// The phone app.
    Mobile,
    /// The car itself, spoken while perhaps driving.
    Vehicle,
}

/// How the reply should sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Warm and plain.
    Friendly,
    /// Matter-of-fact.
    Professional,
    /// As short as it can be.
    Concise,
}

/// What the car reports at the moment of speaking. Every value is optional: cars differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VehicleState {
    /// Vehicle identification number (ISO 3779), 17 characters.
    #[schema(pattern = "^[A-HJ-NPR-Za-hj-npr-z0-9]{17}$", example = "WVELUM25XLR000017")]
    pub vin: Option<String>,
    /// Speed in kilometres per hour.
    #[schema(minimum = 0, maximum = 500)]
    pub speed_kph: Option<f64>,
    /// State of charge of the traction battery, 0 to 100.
    #[schema(minimum = 0, maximum = 100)]
    pub battery_pct: Option<f64>,
    /// Odometer in kilometres.
    #[schema(minimum = 0, maximum = 5000000)]
    pub odometer_km: Option<f64>,
    /// Diagnostic trouble codes (SAE J2012) that are set.
    #[schema(schema_with = trouble_codes)]
    pub warnings: Vec<String>,
    /// Where the car is.
    #[serde(deserialize_with = "crate::named::optional")]
    pub location: Option<Location>,
}

/// How trouble codes are described to clients.
fn trouble_codes() -> utoipa::openapi::schema::Array {
    let code = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .pattern(Some("^[PBCUpbcu][0-9A-Fa-f]{4}$"))
        .examples(["P0301"])
        .build();
    let description = "Diagnostic trouble codes (SAE J2012) that are set.";
    ArrayBuilder::new().items(code).max_items(Some(50)).description(Some(description)).build()
}

/// A place on earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Latitude in degrees, -90 to 90.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// Longitude in degrees, -180 to 180.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
}

/// One past turn and what was answered: the unit of a conversation's history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Exchange {
    /// What the customer said.
    pub said: String,
    /// What Motorline replied.
    pub replied: String,
    /// What was proposed, done or declined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// The matter that a person was asked to take over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
}

impl Exchange {
    /// An exchange of words alone.
    pub fn of(said: impl Into<String>, replied: impl Into<String>) -> Self {
        Self { said: said.into(), replied: replied.into(), ..Self::default() }
    }
}
