//! The tables of the cockpit as the program sees them: devices, words, rules of driving, places, states and phrases.

use std::collections::BTreeMap;

use backoffice::vehicles::Reading;
use contract::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Everything that the cockpit knows about words and cars.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(crate) devices: Devices,
    pub(crate) words: Words,
    pub(crate) driving: Driving,
    pub(crate) places: Places,
    pub(crate) states: States,
    pub(crate) phrases: Phrases,
}

/// `data/devices.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Devices {
    zones: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) device: Vec<Device>,
    pub(crate) group: Vec<Group>,
    pub(crate) impossible: Vec<Impossible>,
}

/// Something in a car that can be told what to do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Device {
    pub(crate) name: String,
    pub(crate) noun: String,
    pub(crate) nouns: Option<String>,
    #[serde(default)]
    pub(crate) plural: bool,
    pub(crate) said: Vec<String>,
    #[serde(default)]
    pub(crate) many: Vec<String>,
    pub(crate) kind: Kind,
    pub(crate) signal: String,
    zone_names: Option<String>,
    #[serde(default)]
    pub(crate) zones: Zoning,
    pub(crate) usual: Option<String>,
    #[serde(default)]
    pub(crate) min: f64,
    #[serde(default = "hundred")]
    pub(crate) max: f64,
    #[serde(default = "one")]
    pub(crate) scale: f64,
    #[serde(default = "one")]
    pub(crate) up_by: f64,
    pub(crate) on: Option<f64>,
    pub(crate) on_word: Option<String>,
    pub(crate) off_word: Option<String>,
    #[serde(default)]
    pub(crate) option: Vec<Choice>,
    #[serde(default)]
    pub(crate) remote: bool,
    pub(crate) ask_zone: Option<String>,
    pub(crate) ask_value: Option<String>,
    pub(crate) also: Option<String>,
    pub(crate) switch: Option<String>,
    #[serde(default)]
    pub(crate) only_verbs: Vec<String>,
    #[serde(default)]
    pub(crate) verbs_alone: Vec<String>,
    #[serde(default)]
    pub(crate) moves: bool,
    #[serde(default)]
    pub(crate) opens: bool,
    #[serde(default)]
    pub(crate) down_opens: bool,
    #[serde(default)]
    pub(crate) verb: bool,
}

fn hundred() -> f64 {
    100.0
}

fn one() -> f64 {
    1.0
}

/// What a device can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Switch,
    Level,
    Degrees,
    Percent,
    Choice,
}

/// Whether a device is there several times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Zoning {
    #[default]
    None,
    Optional,
    Asked,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    pub(crate) word: String,
    pub(crate) said: Vec<String>,
    pub(crate) value: Reading,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) said: Vec<String>,
    pub(crate) devices: Vec<String>,
    pub(crate) ask: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Impossible {
    pub(crate) said: Vec<String>,
    pub(crate) what: String,
}

/// `data/words.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) splits: Vec<String>,
    pub(crate) asks: Vec<String>,
    pub(crate) denies: Vec<String>,
    pub(crate) conditions: Vec<String>,
    pub(crate) reasons: Vec<String>,
    pub(crate) later: Vec<String>,
    pub(crate) like: Vec<String>,
    pub(crate) verbs: BTreeMap<Verb, Vec<String>>,
    pub(crate) values: BTreeMap<String, Vec<String>>,
    pub(crate) numbers: BTreeMap<String, f64>,
    pub(crate) zones: BTreeMap<String, Vec<String>>,
    pub(crate) comfort: Vec<Comfort>,
}

/// What a verb wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb {
    Unlock,
    Lock,
    Open,
    Close,
    Off,
    On,
    Up,
    Down,
    Set,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Comfort {
    pub(crate) said: Vec<String>,
    pub(crate) device: String,
    pub(crate) by: f64,
}

/// `data/driving.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Driving {
    pub(crate) rule: Vec<Rule>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) device: String,
    pub(crate) change: String,
    pub(crate) from_kph: Option<f64>,
    pub(crate) reason: String,
}

/// `data/places.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Places {
    pub(crate) low_charge: f64,
    pub(crate) low_range_m: f64,
    pub(crate) near_km: f64,
    pub(crate) place: Vec<Place>,
    pub(crate) words: PlaceWords,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) lat: f64,
    pub(crate) lon: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceWords {
    pub(crate) go: Vec<String>,
    pub(crate) charger: Vec<String>,
    pub(crate) dealer: Vec<String>,
    pub(crate) fillers: Vec<String>,
    pub(crate) instead: Vec<String>,
    pub(crate) home: Vec<String>,
}

/// `data/states.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct States {
    pub(crate) asks: Vec<String>,
    pub(crate) more: Vec<String>,
    pub(crate) other: Vec<String>,
    pub(crate) state: Vec<State>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) name: String,
    pub(crate) said: Vec<String>,
}

/// `data/phrases.toml`: every sentence of the cockpit by its name.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Phrases {
    pub(crate) zone: BTreeMap<String, String>,
    pub(crate) unit: BTreeMap<String, String>,
    #[serde(flatten)]
    plain: BTreeMap<String, String>,
}

impl Tables {
    /// The shipped tables.
    ///
    /// # Errors
    /// `Invalid`, naming the table, when one is broken.
    pub(crate) fn shipped() -> Result<Self> {
        Ok(Self {
            devices: read("devices", include_str!("../data/devices.toml"))?,
            words: read("words", include_str!("../data/words.toml"))?,
            driving: read("driving", include_str!("../data/driving.toml"))?,
            places: read("places", include_str!("../data/places.toml"))?,
            states: read("states", include_str!("../data/states.toml"))?,
            phrases: read("phrases", include_str!("../data/phrases.toml"))?,
        })
    }

    /// The device of this name.
    pub(crate) fn device(&self, name: &str) -> Option<&Device> {
        self.devices.device.iter().find(|device| device.name == name)
    }
}

impl Devices {
    /// The signals of a device by zone; without zones one, whose zone is `all`.
    pub(crate) fn signals(&self, device: &Device) -> Vec<(String, String)> {
        let zones = device.zone_names.as_ref().and_then(|names| self.zones.get(names));
        let Some(zones) = zones else { return vec![("all".into(), device.signal.clone())] };
        zones.iter().map(|(zone, name)| (zone.clone(), device.signal.replace("{zone}", name))).collect()
    }
}

impl Phrases {
    /// The sentence of this name with its gaps filled.
    pub(crate) fn say(&self, name: &str, gaps: &[(&str, &str)]) -> String {
        fill(self.plain.get(name).map_or("", String::as_str), gaps)
    }
}

/// Fills `{gap}`s.
pub(crate) fn fill(template: &str, gaps: &[(&str, &str)]) -> String {
    gaps.iter().fold(template.to_owned(), |text, (gap, value)| text.replace(&format!("{{{gap}}}"), value))
}

fn read<T: DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|cause| {
        Error::new(ErrorKind::Invalid, format!("the cockpit's table {name} cannot be read")).caused_by(cause)
    })
}
