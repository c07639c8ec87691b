//! What a message asks for, given what was said before and which cars the customer has.

use std::collections::HashSet;

use contract::finding::{DocumentKind, Passage};
use contract::ports::VehicleFilter;
use contract::profile::Profile;
use contract::{Error, ErrorKind, Exchange, Result};
use language::following::follows_up;
use serde::Deserialize;

use crate::analysis::words;

/// The word table that is shipped with Motorline.
const TABLE: &str = include_str!("../../data/conversation.toml");

/// Exchanges in which a car that was named is still meant.
const REMEMBERED: usize = 2;

/// How customers speak of a fault.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conversation {
    fault_words: HashSet<String>,
}

impl Conversation {
    /// The built-in table.
    ///
    /// # Errors
    /// `Internal` when it is not valid TOML.
    pub(crate) fn built_in() -> Result<Self> {
        toml::from_str(TABLE).map_err(|error| {
            Error::new(ErrorKind::Internal, "the table conversation.toml cannot be read").hint(error.to_string())
        })
    }

    /// What to search for: the message, what it follows up on, and the trouble codes of the car if it is about a fault.
    pub(crate) fn text(&self, said: &str, warnings: &[&str], history: &[Exchange]) -> String {
        let mut parts = vec![said];
        parts.extend(history.last().filter(|_| follows_up(said)).map(|last| last.said.as_str()));
        if words(said).any(|word| self.fault_words.contains(&word)) {
            parts.extend(warnings);
        }
        parts.join("\n")
    }
}

/// What the customer said in the exchanges in which a car is still meant, the last first.
pub(crate) fn recent(history: &[Exchange]) -> String {
    history.iter().rev().take(REMEMBERED).map(|exchange| exchange.said.as_str()).collect::<Vec<_>>().join(" ")
}

/// Whether the words of `model` stand among `said` in their order.
pub(crate) fn names(said: &[String], model: &str) -> bool {
    let model: Vec<_> = words(model).collect();
    !model.is_empty() && said.windows(model.len()).any(|run| run == model)
}

/// The first number in `text` that can be a model year.
pub(crate) fn year_in(text: &str) -> Option<u16> {
    words(text)
        .filter(|word| word.len() == 4)
        .filter_map(|word| word.parse().ok())
        .find(|year| (1990..2100).contains(year))
}

/// The filter for a model that was named: of the year that was named, else of the year of the customer's own.
pub(crate) fn filter(model: String, year: Option<u16>, profile: Option<&Profile>) -> VehicleFilter {
    let own =
        profile.into_iter().flat_map(|profile| &profile.vehicles).find(|own| own.model.eq_ignore_ascii_case(&model));
    VehicleFilter { year: year.or(own.map(|own| own.year)), model }
}

/// The customer's own vehicles; only those of the year, if one was named and fits some.
pub(crate) fn own(profile: &Profile, year: Option<u16>) -> Vec<VehicleFilter> {
    let all = || profile.vehicles.iter().map(|own| VehicleFilter { model: own.model.clone(), year: Some(own.year) });
    let of_year: Vec<_> = all().filter(|own| own.year == year && year.is_some()).collect();
    if of_year.is_empty() { all().collect() } else { of_year }
}

/// Puts the passages about the customer's own variant (`Long Range`) above those about other variants, which count
/// `less` times as much. Trouble codes hold for every car and keep their place.
pub(crate) fn prefer_variant(passages: &mut [Passage], profile: Option<&Profile>, less: f32) {
    let cars = profile.map(|profile| profile.vehicles.as_slice()).unwrap_or_default();
    let is_own = |passage: &Passage| {
        let own = cars.iter().find(|car| passage.applies.models.contains(&car.model));
        own.is_some_and(|own| names(&words(&passage.section).collect::<Vec<_>>(), &own.variant))
    };
    let own: Vec<bool> = passages.iter().map(is_own).collect();
    if !own.contains(&true) {
        return;
    }
    for (passage, _) in passages.iter_mut().zip(own).filter(|(passage, own)| !own && passage.kind != DocumentKind::Dtc)
    {
        passage.score *= less;
    }
    passages.sort_by(|one, other| other.score.total_cmp(&one.score));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_models_and_years_in_words() {
        let said: Vec<_> = words("my 2023 lumen-EV, bought in 1066").collect();
        assert!(names(&said, "Lumen") && names(&said, "Lumen EV") && !names(&said, "EV Lumen") && !names(&said, ""));
        assert_eq!(year_in("the 2023 Lumen"), Some(2023));
        assert_eq!(year_in("room 1066 or 20245"), None);
    }
}
