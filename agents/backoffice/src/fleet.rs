//! The connected cars of the demonstration as data: which signals each has, what it reports at first, and what it refuses.
//! Pure, so that every adapter that keeps their state (a file, a table) has the same cars.

use std::collections::BTreeMap;

use contract::{Access, Error, ErrorKind, Result, Vin};
use serde::Deserialize;

use crate::vehicles::{Command, Reading, Readings};

/// The cars, and the signals that they know.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fleet {
    /// Groups of signals that cars have together.
    equipment: BTreeMap<String, Vec<Signal>>,
    /// What each variant is equipped with.
    variant: Vec<Variant>,
    /// What must hold before a signal is set, and what changes with it.
    law: Vec<Law>,
    car: Vec<Car>,
}

/// A signal of the COVESA Vehicle Signal Specification.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signal {
    path: String,
    /// What people call it.
    name: String,
    /// What it reports at first; its kind is the signal's kind.
    start: Reading,
    /// An actuator can be told to change; a sensor only reports.
    #[serde(default)]
    actuator: bool,
    #[serde(default)]
    min: Option<f64>,
    #[serde(default)]
    max: Option<f64>,
    /// The words that it may be.
    #[serde(default)]
    one_of: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    model: String,
    variant: String,
    equipment: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Law {
    /// When this signal is set to this.
    set: String,
    to: Reading,
    /// These must read so already.
    #[serde(default)]
    needs: Readings,
    /// Why not, for the customer.
    #[serde(default)]
    refusal: String,
    /// These change with it.
    #[serde(default)]
    then: Readings,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Car {
    vin: String,
    customer: String,
    model: String,
    variant: String,
    /// What it reports at first, where it differs from the signals' own start.
    #[serde(default)]
    start: Readings,
}

impl Fleet {
    /// The cars of the demonstration customers.
    ///
    /// # Errors
    /// `Internal` when the shipped file is broken.
    pub fn demonstration() -> Result<Self> {
        toml::from_str(include_str!("../data/fleet.toml"))
            .map_err(|cause| Error::new(ErrorKind::Internal, "the demonstration cars cannot be read").caused_by(cause))
    }

    /// What a car of the customer reports before anything was changed.
    ///
    /// # Errors
    /// `NotFound` when the car is not theirs or not connected.
    pub fn first_readings(&self, access: &Access, vin: &Vin) -> Result<Readings> {
        let car = self.car(access, vin)?;
        let mut readings: Readings =
            self.signals(car).map(|signal| (signal.path.clone(), signal.start.clone())).collect();
        readings.extend(car.start.clone());
        Ok(readings)
    }

    /// What a car of the customer reports after it was told to set these signals, all or none.
    ///
    /// # Errors
    /// `NotFound` as [`Self::first_readings`]; `Refused`, with the reason in words for the customer.
    pub fn obey(&self, access: &Access, vin: &Vin, before: &Readings, commands: &[Command]) -> Result<Readings> {
        let car = self.car(access, vin)?;
        let mut after = before.clone();
        for Command { signal, value } in commands {
            let known = self.signals(car).find(|known| known.path == *signal);
            let known = known.ok_or_else(|| refused("This car does not have that."))?;
            known.admits(value)?;
            for law in self.law.iter().filter(|law| law.set == *signal && law.to == *value) {
                if law.needs.iter().any(|(signal, needed)| after.get(signal).is_some_and(|now| now != needed)) {
                    return Err(refused(&law.refusal));
                }
                let had = law.then.iter().filter(|(signal, _)| before.contains_key(*signal));
                after.extend(had.map(|(signal, value)| (signal.clone(), value.clone())).collect::<Readings>());
            }
            after.insert(signal.clone(), value.clone());
        }
        Ok(after)
    }

    /// Every connected car with its owner, model and variant.
    pub fn cars(&self) -> impl Iterator<Item = (&str, &str, &str, &str)> {
        self.car.iter().map(|car| (&*car.vin, &*car.customer, &*car.model, &*car.variant))
    }

    fn car(&self, access: &Access, vin: &Vin) -> Result<&Car> {
        let own = |car: &&Car| car.customer == access.customer().as_str() && car.vin == vin.as_str();
        self.car.iter().find(own).ok_or_else(|| Error::new(ErrorKind::NotFound, "no such connected car"))
    }

    fn signals(&self, car: &Car) -> impl Iterator<Item = &Signal> {
        let same = |variant: &&Variant| variant.model == car.model && variant.variant == car.variant;
        let equipment = self.variant.iter().filter(same).flat_map(|variant| &variant.equipment);
        equipment.filter_map(|name| self.equipment.get(name)).flatten()
    }
}

impl Signal {
    /// Whether it can be told to be this.
    fn admits(&self, value: &Reading) -> Result<()> {
        let name = &self.name;
        if !self.actuator {
            return Err(refused(&format!("The car only reports {name}; it cannot be set.")));
        }
        match (&self.start, value) {
            (Reading::Switch(_), Reading::Switch(_)) => Ok(()),
            (Reading::Number(_), Reading::Number(number)) => {
                let (min, max) = (self.min.unwrap_or(f64::MIN), self.max.unwrap_or(f64::MAX));
                if (min..=max).contains(number) {
                    return Ok(());
                }
                Err(refused(&format!("I can set {name} from {min} to {max} only.")))
            }
            (Reading::Text(_), Reading::Text(word)) if self.one_of.is_empty() || self.one_of.contains(word) => Ok(()),
            _ => Err(refused(&format!("That is no value for {name}."))),
        }
    }
}

fn refused(reason: &str) -> Error {
    Error::new(ErrorKind::Refused, reason)
}
