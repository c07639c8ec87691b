//! What a customer's words ask of the car: wishes, which may lack something, and calls, which lack nothing.

use std::collections::BTreeMap;

/// Something that the customer wants of a device.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wish {
    /// The devices that it may be about: one, or several when the word stands for a group.
    pub(crate) devices: Vec<String>,
    /// The zones that were named, as the word table calls them.
    pub(crate) zones: Vec<String>,
    /// What is to become of it.
    pub(crate) change: Change,
}

/// What is to become of a device.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    On,
    Off,
    /// To a value in steps of the device.
    To(f64),
    /// By so many steps.
    By(f64),
    /// To a word of its choice.
    Word(String),
    /// To what another one has.
    Like {
        device: String,
        zones: Vec<String>,
    },
    /// It was not said.
    Unsaid,
}

/// A wish that lacks nothing: one function of the car with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The device, such as `seat_heating`.
    pub device: String,
    /// The zones, such as `driver`, or `all`; a device that is there once has `all`.
    pub zones: Vec<String>,
    /// What it is set to.
    pub value: Value,
}

/// What a device is set to.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// On or off, open or shut, locked or not.
    Switch(bool),
    /// Steps, degrees or percent.
    Number(f64),
    /// A word of its choice, or a destination.
    Word(String),
}

/// What a text asks of the car.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Understood {
    pub(crate) wishes: Vec<Wish>,
    /// What none of our cars can do, as the table says it.
    pub(crate) impossible: Vec<String>,
    /// Whether a part is bound to a condition.
    pub(crate) conditional: bool,
    /// Whether it is for another time.
    pub(crate) later: bool,
    /// Where the customer wants to go.
    pub(crate) destination: Option<Destination>,
}

/// Where the customer wants to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// To the nearest place of a kind.
    Nearest(String),
    /// Home, or to what they said.
    Named(String),
    /// They did not say.
    Unsaid,
}

/// The name of the call that sets a destination.
pub(crate) const NAVIGATION: &str = "navigation";

impl Call {
    /// Its arguments by name.
    pub fn arguments(&self) -> BTreeMap<String, String> {
        let value = match &self.value {
            Value::Switch(true) => "on".to_owned(),
            Value::Switch(false) => "off".to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Word(word) => word.clone(),
        };
        [("zones".to_owned(), self.zones.join("+")), ("value".to_owned(), value)].into()
    }

    /// As one line, which [`Self::read`] understands.
    pub(crate) fn written(&self) -> String {
        let arguments = self.arguments();
        format!("{}|{}|{}", self.device, arguments["zones"], arguments["value"])
    }

    /// A call from its line.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let mut parts = line.splitn(3, '|');
        let (device, zones, value) = (parts.next()?, parts.next()?, parts.next()?);
        let value = match value {
            "on" => Value::Switch(true),
            "off" if !matches!(device, "wipers" | "rear_wiper") => Value::Switch(false),
            word => word.parse().map_or_else(|_| Value::Word(word.to_owned()), Value::Number),
        };
        let value = if device == NAVIGATION { Value::Word(line.splitn(3, '|').nth(2)?.to_owned()) } else { value };
        Some(Self { device: device.into(), zones: zones.split('+').map(String::from).collect(), value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_as_it_was_written() {
        let values = [Value::Switch(true), Value::Number(21.5), Value::Word("fresh air".into())];
        for (value, device) in values.into_iter().zip(["lock", "temperature", "circulation"]) {
            let call = Call { device: device.into(), zones: vec!["driver".into(), "rear".into()], value };
            assert_eq!(Call::read(&call.written()), Some(call));
        }
        for (device, word) in [("wipers", "off"), (NAVIGATION, "221"), (NAVIGATION, "a|b")] {
            let call = Call { device: device.into(), zones: vec!["all".into()], value: Value::Word(word.into()) };
            assert_eq!(Call::read(&call.written()), Some(call));
        }
        assert_eq!(Call::read("nothing"), None);
    }
}
