//! Turns a profile into sentences that a reply may state, each with its source.

use contract::finding::Fact;
use contract::profile::{PastMatter, Profile, Vehicle};

/// What the facts are cited as.
const SOURCE: &str = "Your profile";

/// What may be said of a customer, most useful first. Never a VIN: a reply does not need it.
pub(crate) fn facts(profile: &Profile) -> Vec<Fact> {
    let cars = profile.vehicles.iter().enumerate().map(|(index, vehicle)| car(index, vehicle));
    let open = profile.history.iter().filter(|matter| matter.open).map(open_matter);
    let past = profile.history.iter().filter(|matter| !matter.open).map(past_matter);
    cars.chain(open).chain(past).map(|text| Fact { text, source: SOURCE.into() }).collect()
}

fn car(index: usize, vehicle: &Vehicle) -> String {
    let which = if index == 0 { "Your car is" } else { "You also have" };
    format!("{which} a {} with {} km on the odometer.", vehicle.name(), grouped(vehicle.odometer_km))
}

fn open_matter(matter: &PastMatter) -> String {
    format!("Still open since {}: {}", matter.on.strftime("%-d %B %Y"), matter.summary)
}

fn past_matter(matter: &PastMatter) -> String {
    format!("On {}: {}", matter.on.strftime("%-d %B %Y"), matter.summary)
}

/// 18200 → `18,200`.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use contract::CustomerId;
    use contract::profile::Consents;

    use super::*;

    fn vehicle(vin: &str, model: &str, odometer_km: u32) -> Vehicle {
        Vehicle { vin: vin.into(), model: model.into(), variant: "Standard".into(), year: 2025, odometer_km }
    }

    #[test]
    fn states_cars_then_open_matters_then_past_ones() {
        let matter =
            |summary: &str, open| PastMatter { on: "2026-10-05".parse().unwrap(), summary: summary.into(), open };
        let profile = Profile {
            customer: CustomerId::new("ada").unwrap(),
            name: "Ada".into(),
            language: "en".into(),
            market: "uk".into(),
            since: "2023-01-01".parse().unwrap(),
            vehicles: vec![vehicle("A", "Lumen", 118_200), vehicle("B", "Corran", 90)],
            consents: Consents::default(),
            history: vec![matter("Tyres changed.", false), matter("Rattling tailgate.", true)],
            memories: Vec::new(),
        };
        let texts: Vec<String> = facts(&profile).into_iter().map(|fact| fact.text).collect();
        assert_eq!(
            texts,
            [
                "Your car is a 2025 Veldra Lumen Standard with 118,200 km on the odometer.",
                "You also have a 2025 Veldra Corran Standard with 90 km on the odometer.",
                "Still open since 5 October 2026: Rattling tailgate.",
                "On 5 October 2026: Tyres changed.",
            ]
        );
    }
}
