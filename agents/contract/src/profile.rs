//! Who a customer is: their name, cars, past matters and what they agreed to.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{CustomerId, SessionId};

/// One customer, as the customer store knows them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Profile {
    /// The customer.
    pub customer: CustomerId,
    /// What they like to be called.
    pub name: String,
    /// BCP 47 tag of the language they prefer.
    pub language: String,
    /// Where their cars are registered, such as `uk`.
    pub market: String,
    /// Since when they are a customer.
    pub since: Date,
    /// Their cars; the first is the one they mean when they say "my car".
    pub vehicles: Vec<Vehicle>,
    /// What they agreed to.
    pub consents: Consents,
    /// What happened before, newest first.
    pub history: Vec<PastMatter>,
    /// What was remembered of earlier conversations, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub memories: Vec<Memory>,
}

/// At most so many memories are kept of a customer; the oldest make room.
pub const MOST_MEMORIES: usize = 24;

/// What is remembered of one conversation. The customer can see and erase it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Memory {
    /// The conversation.
    pub session: SessionId,
    /// When it was last added to.
    pub at: Timestamp,
    /// What it is.
    pub kind: MemoryKind,
    /// One sentence about it.
    pub text: String,
}

/// What kind of thing is remembered. One of each kind is kept of a conversation and text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryKind {
    /// Something was done or answered.
    Resolved,
    /// The customer said how they like things.
    Preference,
    /// Something is still open.
    Open,
}

impl Profile {
    /// The profile as it bears on a turn that is spoken from the car with this VIN: that car comes first. In a car that is
    /// not theirs the customer means none of their own.
    #[must_use]
    pub fn in_the_car(mut self, vin: Option<&str>) -> Self {
        let Some(vin) = vin else { return self };
        match self.vehicles.iter().position(|vehicle| vehicle.vin.eq_ignore_ascii_case(vin)) {
            Some(index) => self.vehicles[..=index].rotate_right(1),
            None => self.vehicles.clear(),
        }
        self
    }

    /// Adds memories, newest first; each takes the place of the one with its session, kind and text, and the oldest make
    /// room.
    pub fn remember(&mut self, memories: Vec<Memory>) {
        for memory in memories {
            let same = |known: &Memory| {
                (&known.session, known.kind, &known.text) == (&memory.session, memory.kind, &memory.text)
            };
            self.memories.retain(|known| !same(known));
            self.memories.push(memory);
        }
        self.memories.sort_by_key(|memory| std::cmp::Reverse(memory.at));
        self.memories.truncate(MOST_MEMORIES);
    }

    /// Forgets what was remembered of one conversation, or of all.
    pub fn forget(&mut self, session: Option<&SessionId>) {
        self.memories.retain(|memory| session.is_some_and(|forgotten| memory.session != *forgotten));
    }
}

/// One car of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Vehicle {
    /// Vehicle identification number (ISO 3779).
    pub vin: String,
    /// Model name, such as `Lumen`.
    pub model: String,
    /// Variant name, such as `Long Range`.
    pub variant: String,
    /// Model year.
    pub year: u16,
    /// Odometer when last seen, in kilometres.
    pub odometer_km: u32,
}

impl Vehicle {
    /// What people call it: `2025 Veldra Lumen Long Range`.
    pub fn name(&self) -> String {
        format!("{} Veldra {} {}", self.year, self.model, self.variant)
    }
}

/// What a customer agreed to. Nothing unless they said so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Consents {
    /// To be shown offers.
    pub marketing: bool,
    /// That the car's data is used to answer.
    pub vehicle_data: bool,
}

/// Something that happened before between this customer and the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PastMatter {
    /// The day.
    pub on: Date,
    /// One sentence about it.
    pub summary: String,
    /// Whether it is still open.
    pub open: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_car_one_sits_in_comes_first_and_a_strangers_car_hides_ones_own() {
        let vehicle = |vin: &str| Vehicle {
            vin: vin.into(),
            model: "Lumen".into(),
            variant: "Standard".into(),
            year: 2025,
            odometer_km: 0,
        };
        let profile = Profile {
            customer: CustomerId::new("ada").unwrap(),
            name: "Ada".into(),
            language: "en".into(),
            market: "uk".into(),
            since: "2023-01-01".parse().unwrap(),
            vehicles: ["A", "B", "C"].map(vehicle).into(),
            consents: Consents::default(),
            history: Vec::new(),
            memories: Vec::new(),
        };
        let order = |vin| profile.clone().in_the_car(vin).vehicles.into_iter().map(|v| v.vin).collect::<String>();
        assert_eq!(
            [order(Some("c")), order(Some("A")), order(None), order(Some("stranger"))],
            ["CAB", "ABC", "ABC", ""]
        );
    }
}
