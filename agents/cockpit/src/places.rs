//! Where the customer wants to go, and which charger or dealer is nearest.

use contract::turn::Location;

use crate::table::{Place, Tables};
use crate::wish::Destination;
use crate::words::{Clause, has, longest, sentences};

/// Where the customer wants to go.
pub(crate) fn destination(tables: &Tables, sentence: &Clause) -> Option<Destination> {
    let words = &tables.places.words;
    let ((), at, long) = longest(sentence, words.go.iter().map(|phrase| ((), phrase)))?;
    let end = sentence[at + long..].iter().position(|word| word == ",").map_or(sentence.len(), |n| at + long + n);
    let rest = sentence[at + long..end].to_vec();
    let finding = sentence[at..at + long].iter().any(|word| matches!(&**word, "find" | "nearest"));
    for (kind, said) in [("charger", &words.charger), ("dealer", &words.dealer)] {
        if has(&rest, said) {
            return Some(Destination::Nearest(kind.into()));
        }
    }
    if finding {
        return None;
    }
    if has(&rest, &words.home) {
        return Some(Destination::Named("home".into()));
    }
    let filler = |word: &String| words.fillers.contains(word);
    let named: Vec<String> = rest.into_iter().skip_while(filler).filter(|word| word != "please").collect();
    Some(if named.is_empty() { Destination::Unsaid } else { Destination::Named(named.join(" ")) })
}

/// The destination that words name which say nothing else: `home`, `rather to the dealer`, `Leeds, please`.
pub(crate) fn named(tables: &Tables, text: &str) -> Option<Destination> {
    let go = ["navigate".to_owned(), "to".to_owned()].into_iter();
    let words = sentences(text).into_iter().flatten().filter(|word| !tables.places.words.instead.contains(word));
    destination(tables, &go.chain(words).collect()).filter(|named| *named != Destination::Unsaid)
}

/// The nearest place of a kind, and how far it is in kilometres; none when all are far away.
pub(crate) fn nearest<'a>(tables: &'a Tables, kind: &str, from: Location) -> Option<(&'a Place, f64)> {
    let places = tables.places.place.iter().filter(|place| place.kind == kind);
    let measured = places.map(|place| (place, distance_km(from, Location { lat: place.lat, lon: place.lon })));
    measured.filter(|(_, km)| *km <= tables.places.near_km).min_by(|(_, one), (_, other)| one.total_cmp(other))
}

/// The great-circle distance by the haversine formula (R. W. Sinnott, Sky and Telescope 68, 1984), on a sphere of the mean
/// radius of the earth (IUGG), 6,371 km.
fn distance_km(from: Location, to: Location) -> f64 {
    let (lat, lon) = ((to.lat - from.lat).to_radians(), (to.lon - from.lon).to_radians());
    let half =
        (lat / 2.0).sin().powi(2) + from.lat.to_radians().cos() * to.lat.to_radians().cos() * (lon / 2.0).sin().powi(2);
    2.0 * 6_371.0 * half.sqrt().clamp(0.0, 1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_charger_is_near_or_none() {
        let tables = Tables::shipped().unwrap();
        let leeds = Location { lat: 53.8008, lon: -1.5491 };
        let (place, km) = nearest(&tables, "charger", leeds).unwrap();
        assert_eq!(place.name, "Volt Harbour Leeds Dock");
        assert!((1.0..2.0).contains(&km), "{km}");
        assert!(nearest(&tables, "charger", Location { lat: 0.0, lon: 0.0 }).is_none());
        // London to Paris: 344 km.
        let km = distance_km(Location { lat: 51.5074, lon: -0.1278 }, Location { lat: 48.8566, lon: 2.3522 });
        assert!((343.0..345.0).contains(&km), "{km}");
    }
}
