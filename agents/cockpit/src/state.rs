//! What a car says about itself, as sentences: what was asked about it, from what it reported.

use backoffice::vehicles::{Reading, Readings};
use contract::turn::{Location, VehicleState};

use crate::places::nearest;
use crate::table::Tables;
use crate::words::{Clause, has, sentences};

/// What a text asks about the car.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The states, as the table names them.
    pub(crate) states: Vec<String>,
    /// Whether it asks for nothing else, such as an explanation.
    pub(crate) only: bool,
}

/// What a text asks about the car's state; none when nothing.
pub(crate) fn asked(tables: &Tables, text: &str) -> Option<Asked> {
    let table = &tables.states;
    let all = sentences(text);
    let words: Clause = all.iter().flatten().filter(|word| *word != ",").cloned().collect();
    if has(&words, &table.other) || !has(&words, &table.asks) {
        return None;
    }
    let states = table.state.iter().filter(|state| has(&words, &state.said)).map(|state| state.name.clone());
    let states: Vec<String> = states.collect();
    let only = all.len() == 1 && !has(&words, &table.more);
    (!states.is_empty()).then_some(Asked { states, only })
}

/// What is known of a car: what it says as it speaks, before what it last reported.
pub(crate) struct Known<'a> {
    fresh: Option<&'a VehicleState>,
    readings: &'a Readings,
    /// Whether distances are said in miles too.
    miles: bool,
}

impl<'a> Known<'a> {
    /// What is known of a car that says `fresh` now and reported `readings` last; `market` is where it is registered.
    pub(crate) fn of(fresh: Option<&'a VehicleState>, readings: &'a Readings, market: &str) -> Self {
        Self { fresh, readings, miles: market == "uk" }
    }

    /// Whether this can be said from what the car says as it speaks, without asking for its data.
    pub(crate) fn is_fresh(&self, state: &str) -> bool {
        self.fresh.is_some_and(|fresh| match state {
            "charge" => fresh.battery_pct.is_some(),
            "odometer" => fresh.odometer_km.is_some(),
            "warnings" => !fresh.warnings.is_empty(),
            "location" => fresh.location.is_some(),
            _ => false,
        })
    }

    /// State of charge, in percent.
    pub(crate) fn charge(&self) -> Option<f64> {
        let fresh = self.fresh.and_then(|fresh| fresh.battery_pct);
        fresh.or_else(|| self.number("Powertrain.TractionBattery.StateOfCharge.Displayed"))
    }

    /// Where the car is.
    pub(crate) fn location(&self) -> Option<Location> {
        let reported = || {
            let (lat, lon) = (self.number("CurrentLocation.Latitude")?, self.number("CurrentLocation.Longitude")?);
            Some(Location { lat, lon })
        };
        self.fresh.and_then(|fresh| fresh.location).or_else(reported)
    }

    /// How far it goes on everything that it has, in metres: what was reported, scaled to the charge that it says now.
    pub(crate) fn range_m(&self) -> Option<f64> {
        let reported = self.number("Powertrain.Range")?;
        let electric = self.number("Powertrain.TractionBattery.Range").unwrap_or_default();
        let then = self.number("Powertrain.TractionBattery.StateOfCharge.Displayed").filter(|charge| *charge > 0.0);
        let scale = then.zip(self.charge()).map_or(1.0, |(then, now)| now / then);
        Some(reported - electric + electric * scale)
    }

    /// Whether it should charge before it goes anywhere.
    pub(crate) fn is_low(&self, tables: &Tables) -> bool {
        self.charge().is_some_and(|charge| charge < tables.places.low_charge)
            && self.range_m().is_some_and(|range| range < tables.places.low_range_m)
    }

    /// One sentence about a state; none when the car does not report it.
    pub(crate) fn sentence(&self, tables: &Tables, state: &str) -> Option<String> {
        let say = |name: &str, gaps: &[(&str, &str)]| Some(tables.phrases.say(name, gaps));
        let percent = |charge: f64| format!("{} percent", charge.round());
        match state {
            "charge" => match self.range_m() {
                Some(range) => say(
                    "charge_and_range",
                    &[("value", &percent(self.charge()?)), ("range", &self.distance(range / 1_000.0))],
                ),
                None => say("charge", &[("value", &percent(self.charge()?))]),
            },
            "range" => say("range", &[("value", &self.distance(self.range_m()? / 1_000.0))]),
            "odometer" => {
                let fresh = self.fresh.and_then(|fresh| fresh.odometer_km);
                let km = fresh.or_else(|| self.number("TraveledDistance"))?;
                say("odometer", &[("value", &self.distance(km))])
            }
            "warnings" => Some(self.warnings(tables)),
            "openings" => Some(self.openings(tables)),
            "locked" => Some(self.locks(tables)),
            "charging" => {
                let plugged = "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected";
                let cable = if self.switch(plugged)? { "plugged" } else { "unplugged" };
                match self.switch("Powertrain.TractionBattery.Charging.IsCharging")? {
                    true => say("charging", &[("value", &percent(self.charge()?))]),
                    false => say("charging_not", &[("value", &tables.phrases.say(cable, &[]))]),
                }
            }
            "location" => say("location", &[("value", &place(tables, self.location()?))]),
            _ => None,
        }
    }

    fn warnings(&self, tables: &Tables) -> String {
        let reported = || self.text("OBD.DTCList").unwrap_or_default();
        let fresh = self.fresh.map(|fresh| fresh.warnings.join(", ")).filter(|codes| !codes.is_empty());
        let codes = fresh.unwrap_or_else(reported).to_uppercase();
        match codes.matches(',').count() {
            _ if codes.is_empty() => tables.phrases.say("no_warnings", &[]),
            0 => tables.phrases.say("warning", &[("value", &codes)]),
            _ => tables.phrases.say("warnings", &[("value", &codes)]),
        }
    }

    fn openings(&self, tables: &Tables) -> String {
        let mut open = Vec::new();
        for (zone, window) in self.signals(tables, "window") {
            let door = window.replace("Window.Position", "IsOpen");
            let phrase = tables.phrases.zone.get(&zone).map_or("the {noun}", String::as_str);
            if self.readings.get(&door).and_then(Reading::switch) == Some(true) {
                open.push(phrase.replace("{noun}", "door"));
            }
            if self.readings.get(&window).and_then(Reading::number).is_some_and(|position| position > 0.0) {
                open.push(phrase.replace("{noun}", "window"));
            }
        }
        for (device, noun) in [("boot", "the boot"), ("sunroof", "the sunroof")] {
            let is_open = |signal: &String| match self.readings.get(signal) {
                Some(Reading::Switch(open)) => *open,
                Some(Reading::Number(position)) => *position > 0.0,
                _ => false,
            };
            open.extend(self.signals(tables, device).iter().any(|(_, s)| is_open(s)).then(|| noun.to_owned()));
        }
        if open.is_empty() {
            return tables.phrases.say("all_closed", &[]);
        }
        tables.phrases.say("open_now", &[("value", &open.join(", "))])
    }

    fn locks(&self, tables: &Tables) -> String {
        let open = self
            .signals(tables, "lock")
            .into_iter()
            .filter(|(_, signal)| self.readings.get(signal).and_then(Reading::switch) == Some(false));
        let phrase = |zone: &String| tables.phrases.zone.get(zone).map_or("the {noun}", String::as_str);
        let open: Vec<String> = open.map(|(zone, _)| phrase(&zone).replace("{noun}", "door")).collect();
        if open.is_empty() {
            return tables.phrases.say("locked", &[]);
        }
        tables.phrases.say("unlocked", &[("value", &open.join(", "))])
    }

    fn signals(&self, tables: &Tables, device: &str) -> Vec<(String, String)> {
        tables.device(device).map(|device| tables.devices.signals(device)).unwrap_or_default()
    }

    fn distance(&self, km: f64) -> String {
        let grouped = |number: f64| {
            let digits = format!("{}", number.round());
            let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
            groups.collect::<Vec<_>>().join(",")
        };
        // International mile: 1.609344 km.
        let miles = self.miles.then(|| format!(" ({} miles)", grouped(km / 1.609_344)));
        format!("{} km{}", grouped(km), miles.unwrap_or_default())
    }

    fn reading(&self, path: &str) -> Option<&Reading> {
        self.readings.get(&format!("Vehicle.{path}"))
    }

    fn number(&self, path: &str) -> Option<f64> {
        self.reading(path).and_then(Reading::number)
    }

    fn switch(&self, path: &str) -> Option<bool> {
        self.reading(path).and_then(Reading::switch)
    }

    fn text(&self, path: &str) -> Option<String> {
        self.reading(path).and_then(Reading::text).map(str::to_owned)
    }
}

/// A place in words: its degrees, and what is near.
fn place(tables: &Tables, at: Location) -> String {
    let degrees =
        |value: f64, plus: &str, minus: &str| format!("{:.4} {}", value.abs(), if value < 0.0 { minus } else { plus });
    let near = ["charger", "dealer"].into_iter().filter_map(|kind| nearest(tables, kind, at));
    let near = near.min_by(|(_, one), (_, other)| one.total_cmp(other));
    let near = near.map(|(place, km)| format!(", {km:.1} km from {}", place.name)).unwrap_or_default();
    format!("{}, {}{near}", degrees(at.lat, "north", "south"), degrees(at.lon, "east", "west"))
}
