//! Who a customer is: their name, cars, past matters and what they agreed to.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::CustomerId;

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
        };
        let order = |vin| profile.clone().in_the_car(vin).vehicles.into_iter().map(|v| v.vin).collect::<String>();
        assert_eq!(
            [order(Some("c")), order(Some("A")), order(None), order(Some("stranger"))],
            ["CAB", "ABC", "ABC", ""]
        );
    }
}
