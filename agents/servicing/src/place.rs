//! Chooses the dealer: the one in the town that was named, the nearest to the car, the last one used, or the market's first.

use std::collections::BTreeMap;

use backoffice::service_desk::{Dealer, Work};
use contract::turn::Location;
use contract::{Error, Result};
use serde::Deserialize;

use crate::words::{Text, Words};

/// Where towns are, from `data/towns.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Towns {
    towns: BTreeMap<String, (f64, f64)>,
}

/// What speaks for a dealer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clues<'a> {
    /// What the customer said, as it was written.
    pub(crate) said: &'a str,
    /// Where the car is.
    pub(crate) here: Option<Location>,
    /// The dealer that was used last, or proposed before, by id.
    pub(crate) last: Option<&'a str>,
    /// What is to be done.
    pub(crate) work: Work,
}

/// A dealer, and what must be said about the choice.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub(crate) dealer: Dealer,
    /// Why it is not the one that was named.
    pub(crate) note: Option<String>,
}

impl Towns {
    /// The towns that ship with the product.
    ///
    /// # Errors
    /// `Invalid` when the file is broken.
    pub(crate) fn shipped() -> Result<Self> {
        toml::from_str(include_str!("../data/towns.toml"))
            .map_err(|cause| Error::invalid("towns.toml", cause.to_string()).hint("name = [latitude, longitude]"))
    }

    /// The dealer to propose; none when nobody does such work.
    pub(crate) fn choose(&self, dealers: &[Dealer], clues: Clues<'_>, words: &Words) -> Option<Place> {
        let text = Text::of(clues.said);
        let able: Vec<&Dealer> = dealers.iter().filter(|dealer| dealer.does(clues.work)).collect();
        let in_town = |dealer: &&Dealer| text.has(&[dealer.town.to_lowercase()]);
        if let Some(dealer) = able.iter().copied().find(in_town) {
            return Some(Place { dealer: dealer.clone(), note: None });
        }
        if let Some(other) = dealers.iter().find(in_town) {
            let dealer = nearest(&able, other.location)?;
            let note = format!("{} does not do such work; the nearest that does is {}.", other.name, dealer.name);
            return Some(Place { dealer: dealer.clone(), note: Some(note) });
        }
        let last = able.iter().copied().find(|dealer| Some(dealer.id.as_str()) == clues.last);
        if let Some(town) = named_town(clues.said, words, |town| self.towns.contains_key(town)) {
            let at = self.towns.get(&town.to_lowercase()).map(|(lat, lon)| Location { lat: *lat, lon: *lon });
            let near = at.and_then(|at| nearest(&able, at));
            let (dealer, what) = match near {
                Some(dealer) => (dealer, "the nearest is"),
                None => (last.or_else(|| able.first().copied())?, "this is for"),
            };
            let note = format!("I can book no Veldra Centre in {town}; {what} {}.", dealer.name);
            return Some(Place { dealer: dealer.clone(), note: Some(note) });
        }
        let asks_nearest = text.has(&words.place.nearest);
        let near = clues.here.and_then(|here| nearest(&able, here));
        let note = (asks_nearest && near.is_none()).then(|| "I do not know where you are.".to_owned());
        let dealer = near.or(last).or_else(|| able.first().copied())?;
        Some(Place { dealer: dealer.clone(), note })
    }
}

/// The town that a text names behind "in", "at" or "near": one that is known, or a word in capitals.
fn named_town(said: &str, words: &Words, is_known: impl Fn(&str) -> bool) -> Option<String> {
    let written: Vec<&str> =
        said.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).collect();
    let pairs = written.iter().zip(written.iter().skip(1));
    let named = pairs.filter(|(before, _)| matches!(before.to_lowercase().as_str(), "in" | "at" | "near"));
    named.map(|(_, word)| *word).find_map(|word| {
        let lower = word.to_lowercase();
        let calendar = words.calendar.weekdays.iter().chain(&words.calendar.months).flatten();
        let capital = word.chars().next().is_some_and(char::is_uppercase) && word.chars().all(char::is_alphabetic);
        let other = calendar.chain(&words.place.not_a_town).any(|other| *other == lower);
        if is_known(&lower) {
            let mut letters = lower.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect())
        } else {
            (capital && !other).then(|| word.to_owned())
        }
    })
}

fn nearest<'a>(dealers: &[&'a Dealer], to: Location) -> Option<&'a Dealer> {
    dealers.iter().copied().min_by(|one, other| arc(one.location, to).total_cmp(&arc(other.location, to)))
}

/// The angle between two places on earth, by the haversine formula (<https://en.wikipedia.org/wiki/Haversine_formula>).
fn arc(one: Location, other: Location) -> f64 {
    let (lat, lon) = ((one.lat - other.lat).to_radians(), (one.lon - other.lon).to_radians());
    let across = one.lat.to_radians().cos() * other.lat.to_radians().cos() * (lon / 2.0).sin().powi(2);
    ((lat / 2.0).sin().powi(2) + across).sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dealer(id: &str, lat: f64, lon: f64, work: &[Work]) -> Dealer {
        let town = id[..1].to_uppercase() + &id[1..];
        Dealer {
            id: id.into(),
            name: format!("Veldra Centre {town}"),
            address: town.clone(),
            town,
            phone: "+44 1632 960000".into(),
            market: "uk".into(),
            location: Location { lat, lon },
            work: work.to_vec(),
            time_zone: "Europe/London".into(),
            hours: Vec::new(),
            closed: Vec::new(),
            grid_minutes: 60,
            bays: 1,
        }
    }

    fn choose(said: &str, here: Option<Location>, last: Option<&str>, work: Work) -> (String, String) {
        let all = [Work::Service, Work::Tyres];
        let dealers = [
            dealer("london", 51.5, -0.1, &all),
            dealer("leeds", 53.8, -1.5, &all),
            dealer("norwich", 52.6, 1.3, &[Work::Service]),
        ];
        let clues = Clues { said, here, last, work };
        let place = Towns::shipped().unwrap().choose(&dealers, clues, &Words::shipped().unwrap()).unwrap();
        (place.dealer.id, place.note.unwrap_or_default())
    }

    #[test]
    fn the_best_clue_decides() {
        let york = Some(Location { lat: 53.96, lon: -1.08 });
        assert_eq!(choose("book a service in Leeds", None, Some("london"), Work::Service).0, "leeds");
        assert_eq!(choose("book a service", york, Some("norwich"), Work::Service).0, "leeds");
        assert_eq!(choose("book a service", None, Some("norwich"), Work::Service).0, "norwich");
        assert_eq!(
            choose("book a service on Monday in December", None, None, Work::Service),
            ("london".into(), String::new())
        );
        let (id, note) = choose("the nearest one please", None, None, Work::Service);
        assert!(id == "london" && note.contains("do not know where"), "{note}");
    }

    #[test]
    fn a_town_without_a_dealer_is_said_with_the_nearest() {
        let (id, note) = choose("can I come in sheffield", None, Some("london"), Work::Service);
        assert!(id == "leeds" && note.contains("in Sheffield; the nearest is Veldra Centre Leeds"), "{note}");
        let (id, note) = choose("a service in Quenstedt", None, Some("norwich"), Work::Service);
        assert!(id == "norwich" && note.contains("in Quenstedt"), "{note}");
        let (id, note) = choose("winter tyres in Norwich", None, None, Work::Tyres);
        assert!(id == "london" && note.contains("Veldra Centre Norwich does not do such work"), "{note}");
    }
}
