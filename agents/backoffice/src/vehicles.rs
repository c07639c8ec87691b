//! The port to the cars: what they report, and what they can be told to do. Signals are named as the COVESA Vehicle Signal
//! Specification names them, such as `Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use contract::{Access, ActionId, Result, Vin};
use serde::{Deserialize, Serialize};

/// Talks to the cars.
#[async_trait]
pub trait Vehicles: Send + Sync {
    /// What a car of the customer last reported, by signal; a signal that is not there is one that the car does not have.
    ///
    /// # Errors
    /// `NotFound` when the car is not theirs or not connected; `Unavailable`.
    async fn readings(&self, access: &Access, vin: &Vin) -> Result<Readings>;

    /// Tells a car of the customer to set these signals, all or none, once for each action.
    ///
    /// # Errors
    /// `NotFound` as [`Self::readings`]; `Refused` when the car cannot or will not, with the reason in words for the customer
    /// (so it does each time that the action is asked for again); `Unavailable`: whether it was done is found out by asking
    /// again with the same action.
    async fn command(&self, access: &Access, vin: &Vin, commands: &[Command], action: &ActionId) -> Result<()>;

    /// Whether it could reach cars now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}

/// What a car reported, by signal.
pub type Readings = BTreeMap<String, Reading>;

/// The value of a signal, in the unit that the specification gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reading {
    /// On or off, open or shut.
    Switch(bool),
    /// A number.
    Number(f64),
    /// A word.
    Text(String),
}

impl Reading {
    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// On or off, if it is a switch.
    pub fn switch(&self) -> Option<bool> {
        if let Self::Switch(on) = self { Some(*on) } else { None }
    }

    /// The word, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl From<bool> for Reading {
    fn from(on: bool) -> Self {
        Self::Switch(on)
    }
}

impl From<f64> for Reading {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Reading {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// One signal that is to be set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The signal.
    pub signal: String,
    /// Its new value.
    pub value: Reading,
}
