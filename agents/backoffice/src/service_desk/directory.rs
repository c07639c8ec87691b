//! The directory of a house as people write it: read from TOML, and every mistake in it named with the field and what is expected.

use std::collections::HashSet;

use contract::CustomerId;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Dealer, VehicleFile};

/// What a service desk knows to start with: its dealers, and the cars with their owners.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directory {
    /// The dealers; the first of a market is the one to try when nothing speaks for another.
    #[serde(rename = "dealer", default)]
    pub dealers: Vec<Dealer>,
    /// The cars.
    #[serde(rename = "car", default)]
    pub cars: Vec<OwnedCar>,
}

/// A car and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedCar {
    /// Whose it is.
    pub owner: CustomerId,
    /// What is known of it.
    pub file: VehicleFile,
}

impl Directory {
    /// Reads a directory from TOML and checks it.
    ///
    /// # Errors
    /// Every mistake in a line: the field, what it is, what is expected. Of text that is no directory at all only the first.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let whole = |cause: toml::de::Error| vec![cause.to_string().trim_end().to_owned()];
        let mut mistakes = Vec::new();
        let unknown = |path: serde_ignored::Path<'_>| mistakes.push(format!("{path}: no such field"));
        let directory: Self =
            serde_ignored::deserialize(toml::Deserializer::parse(text).map_err(whole)?, unknown).map_err(whole)?;
        directory.check(&mut mistakes);
        if mistakes.is_empty() { Ok(directory) } else { Err(mistakes) }
    }

    fn check(&self, mistakes: &mut Vec<String>) {
        if self.dealers.is_empty() && self.cars.is_empty() {
            mistakes.push("nothing in it: expected [[dealer]] or [[car]]".into());
        }
        let mut known = HashSet::new();
        for (place, dealer) in self.dealers.iter().enumerate() {
            let mut note = |field: &str, what: String| mistakes.push(format!("dealer.{place}.{field}: {what}"));
            if !known.insert(&dealer.id) {
                note("id", format!("{:?} is used twice: expected one dealer for each id", dealer.id));
            }
            check_dealer(dealer, &mut note);
        }
        let mut known = HashSet::new();
        for (place, car) in self.cars.iter().enumerate() {
            let mut note = |field: &str, what: String| mistakes.push(format!("car.{place}.file.{field}: {what}"));
            if !known.insert(&car.file.vin) {
                note("vin", format!("{} is there twice: expected each car once", car.file.vin));
            }
            check_file(&car.file, &mut note);
        }
    }
}

fn check_dealer(dealer: &Dealer, note: &mut impl FnMut(&str, String)) {
    // The id is part of keys in the store.
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if dealer.id.is_empty() || !dealer.id.chars().all(plain) {
        note("id", format!("{:?}: expected small letters, digits and hyphens, such as \"leeds\"", dealer.id));
    }
    let texts = [
        ("name", &dealer.name),
        ("town", &dealer.town),
        ("address", &dealer.address),
        ("phone", &dealer.phone),
        ("market", &dealer.market),
    ];
    for (field, _) in texts.into_iter().filter(|(_, text)| text.trim().is_empty()) {
        note(field, "empty: expected words that a customer can be told".into());
    }
    let (lat, lon) = (dealer.location.lat, dealer.location.lon);
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        note("location", format!("{lat}, {lon}: expected degrees, lat -90 to 90 and lon -180 to 180"));
    }
    if dealer.work.is_empty() {
        note("work", "empty: expected one kind of work at least, such as \"service\"".into());
    }
    if TimeZone::get(&dealer.time_zone).is_err() {
        note(
            "time_zone",
            format!("{:?}: expected a name of the IANA database, such as \"Europe/London\"", dealer.time_zone),
        );
    }
    for (place, hours) in dealer.hours.iter().enumerate() {
        let (first, last) = hours.days;
        if first < 1 || last > 7 || first > last {
            note(
                &format!("hours.{place}.days"),
                format!("{first} to {last}: expected 1 (Monday) to 7 (Sunday), in order"),
            );
        }
        if hours.opens >= hours.closes {
            let what = format!("{} to {}: expected to open before it closes", hours.opens, hours.closes);
            note(&format!("hours.{place}"), what);
        }
    }
    if dealer.grid_minutes == 0 || 60 % dealer.grid_minutes != 0 {
        note("grid_minutes", format!("{}: expected a divisor of 60, such as 30", dealer.grid_minutes));
    }
    if dealer.bays == 0 {
        note("bays", "0: expected 1 at least; a dealer that takes no cars has no hours".into());
    }
}

fn check_file(file: &VehicleFile, note: &mut impl FnMut(&str, String)) {
    if let Some(two) = file.services.windows(2).find(|two| two[0].on < two[1].on) {
        note("services", format!("{} stands before {}: expected the newest first", two[0].on, two[1].on));
    }
    if let Some(past) = file.services.iter().find(|past| past.on < file.registered) {
        note("services", format!("{} is before the first registration on {}", past.on, file.registered));
    }
    for recall in file.recalls.iter().filter(|recall| recall.number.is_empty() || recall.summary.is_empty()) {
        note("recalls", format!("{:?}: expected a number and a summary", recall.number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [[dealer]]
        id = "leeds"
        name = "Veldra Centre Leeds"
        town = "Leeds"
        address = "8 Kirkstall Yard, Leeds LS99 2AB"
        phone = "+44 1632 960112"
        market = "uk"
        location = { lat = 53.8, lon = -1.5 }
        work = ["service"]
        time_zone = "Europe/London"
        hours = [{ days = [1, 5], opens = "08:00", closes = "18:00" }]
        grid_minutes = 60
        bays = 4

        [[car]]
        owner = "ada"
        [car.file]
        vin = "VDRLE52K1SA000117"
        registered = "2025-03-18"
        services = [
          { on = "2026-09-14", odometer_km = 16900, work = "service", dealer = "leeds", summary = "Yearly service." },
          { on = "2025-09-14", odometer_km = 8100, work = "service", dealer = "leeds", summary = "Yearly service." },
        ]
        recalls = [{ number = "VR-1", do_not_drive = false, summary = "A loose bolt." }]
    "#;

    #[test]
    fn a_directory_is_read_as_it_is_written() {
        let read = Directory::parse(GOOD).unwrap();
        assert_eq!((read.dealers[0].bays, read.cars[0].file.services.len()), (4, 2));
    }

    #[test]
    fn each_mistake_is_named_with_its_field_and_what_is_expected() {
        let cases = [
            ("id = \"leeds\"", "id = \"Leeds #1\"", "dealer.0.id: \"Leeds #1\": expected small letters"),
            ("town = \"Leeds\"", "town = \" \"", "dealer.0.town: empty"),
            ("lat = 53.8", "lat = 153.8", "dealer.0.location: 153.8, -1.5: expected degrees"),
            ("work = [\"service\"]\n", "work = []\n", "dealer.0.work: empty"),
            ("Europe/London", "Europe/Leeds", "dealer.0.time_zone: \"Europe/Leeds\": expected a name"),
            ("days = [1, 5]", "days = [5, 1]", "dealer.0.hours.0.days: 5 to 1: expected"),
            ("closes = \"18:00\"", "closes = \"08:00\"", "dealer.0.hours.0: 08:00:00 to 08:00:00: expected"),
            ("grid_minutes = 60", "grid_minutes = 7", "dealer.0.grid_minutes: 7: expected a divisor of 60"),
            ("bays = 4", "bays = 0", "dealer.0.bays: 0: expected 1"),
            ("bays = 4", "bays = 4\nclose = []", "dealer.0.close: no such field"),
            ("2025-09-14", "2026-09-15", "car.0.file.services: 2026-09-14 stands before 2026-09-15"),
            ("2025-09-14", "2025-01-14", "car.0.file.services: 2025-01-14 is before the first registration"),
            ("number = \"VR-1\"", "number = \"\"", "car.0.file.recalls: \"\": expected a number"),
            // What is no directory: the line, and what the reader says of it.
            ("bays = 4", "bays = \"4\"", "expected u32"),
            ("bays = 4", "", "missing field `bays`"),
            ("VDRLE52K1SA000117", "short", "vin"),
            ("[[dealer]]", "[[dealers]]", "unknown field `dealers`"),
        ];
        for (good, bad, expected) in cases {
            assert!(GOOD.contains(good), "{good}");
            let mistakes = Directory::parse(&GOOD.replacen(good, bad, 1)).unwrap_err();
            assert!(mistakes.len() == 1 && mistakes[0].contains(expected), "{bad}: {mistakes:?}");
        }
    }

    #[test]
    fn nothing_and_the_same_twice_are_mistakes_and_all_are_named_at_once() {
        assert!(Directory::parse("").unwrap_err()[0].contains("expected [[dealer]] or [[car]]"));
        let twice = format!("{GOOD}\n{}", GOOD.replace("bays = 4", "bays = 0"));
        let mistakes = Directory::parse(&twice).unwrap_err();
        let fields = ["dealer.1.id", "dealer.1.bays", "car.1.file.vin"];
        assert_eq!(mistakes.len(), 3, "{mistakes:?}");
        assert!(fields.iter().zip(&mistakes).all(|(field, mistake)| mistake.starts_with(field)), "{mistakes:?}");
    }
}
