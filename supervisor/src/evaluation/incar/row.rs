//! Rows of the format of CAR-bench: their tools as our devices, their car as ours, and what a call comes to in each zone.

use std::collections::{BTreeMap, BTreeSet};

use cockpit::{Call, Value as Set};
use serde::Deserialize;
use serde_json::Value;

/// A row of either file; rows with turns are dialogues, rows with a configuration say how a task's car begins.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Row {
    pub(super) task_id: Value,
    pub(super) task_type: String,
    run: Option<String>,
    #[serde(default)]
    pub(super) user_turns: Vec<String>,
    #[serde(default)]
    pub(super) gold_actions: Vec<Gold>,
    #[serde(default)]
    pub(super) context_init_config: BTreeMap<String, Value>,
    /// The tools, parameters and results that a task takes away.
    #[serde(default)]
    pub(super) removed_part: Vec<String>,
}

/// A call that the row wants.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Gold {
    pub(super) name: String,
    kwargs: BTreeMap<String, Value>,
}

/// Something set to something in one zone: what calls are compared by.
pub(super) type Effect = (String, String, String);

const STATIONS: &[&str] = &["driver", "passenger"];
const SEATS: &[&str] = &["driver", "passenger", "rear_driver", "rear_passenger"];
const GLASS: &[&str] = &["front", "rear"];
const ONE: &[&str] = &["all"];

/// Their tool, our device, its zones in their car, and where their car says how it is set; `{}` is the zone.
/// A tool that is not here is outside our vocabulary.
const TOOLS: [(&str, &str, &[&str], &str); 17] = [
    ("set_climate_temperature", "temperature", STATIONS, "climate_temperature_{}"),
    ("set_fan_speed", "fan", STATIONS, "fan_speed"),
    ("set_fan_airflow_direction", "airflow", STATIONS, "fan_airflow_direction"),
    ("set_air_conditioning", "air_conditioning", ONE, "air_conditioning"),
    ("set_air_circulation", "circulation", ONE, "air_circulation"),
    ("set_window_defrost", "defroster", GLASS, "window_{}_defrost"),
    ("set_seat_heating", "seat_heating", STATIONS, "seat_heating_{}"),
    ("set_steering_wheel_heating", "steering_wheel_heating", ONE, "steering_wheel_heating"),
    ("open_close_window", "window", SEATS, "window_{}_position"),
    ("open_close_sunroof", "sunroof", ONE, "sunroof_position"),
    ("open_close_sunshade", "sunshade", ONE, "sunshade_position"),
    ("open_close_trunk_door", "boot", ONE, "trunk_door_position"),
    ("set_head_lights_low_beams", "low_beam", ONE, "head_lights_low_beams"),
    ("set_head_lights_high_beams", "high_beam", ONE, "head_lights_high_beams"),
    ("set_fog_lights", "fog_lights", ONE, "fog_lights"),
    ("set_ambient_lights", "ambient_light", ONE, "ambient_light"),
    ("set_reading_light", "reading_light", SEATS, "reading_light_{}"),
];

impl Row {
    /// The task of the row; a bare number belongs to its run.
    pub(super) fn task(&self) -> String {
        match (&self.task_id, &self.run) {
            (Value::String(id), _) => id.clone(),
            (id, Some(run)) => format!("{run}_{id}"),
            (id, None) => id.to_string(),
        }
    }

    /// The devices that the row takes away whole. A parameter or a result cannot be taken from our car.
    pub(super) fn removed(&self) -> BTreeSet<&'static str> {
        self.removed_part.iter().filter_map(|part| device(part)).collect()
    }

    /// How its car begins, as calls, without what the row takes away; what it does not say is off, shut, or at 20 degrees.
    pub(super) fn car(&self) -> Vec<Call> {
        let removed = self.removed();
        let kept = TOOLS.iter().filter(|(_, device, ..)| !removed.contains(device));
        let zoned = kept.flat_map(|(_, device, zones, key)| zones.iter().map(move |zone| (*device, *zone, *key)));
        let set = zoned.map(|(device, zone, key)| {
            let plain = self.context_init_config.get(&key.replace("{}", &theirs(zone)));
            let start = if device == "temperature" { 20.0 } else { 0.0 };
            let value = plain.and_then(|value| set(device, value)).unwrap_or(Set::Number(start));
            Call { device: device.into(), zones: vec![zone.into()], value }
        });
        set.collect()
    }
}

/// Our device for their tool.
pub(super) fn device(tool: &str) -> Option<&'static str> {
    TOOLS.iter().find(|(name, ..)| *name == tool).map(|(_, device, ..)| *device)
}

impl Gold {
    /// Whether it changes something: looking up and searching do not.
    pub(super) fn changes(&self) -> bool {
        let looks = ["get_", "search_", "calculate_", "think", "planning_tool"];
        !looks.iter().any(|prefix| self.name.starts_with(prefix))
    }

    /// What it comes to in our car; none when its tool or one of its arguments is outside our vocabulary.
    pub(super) fn effects(&self) -> Option<Vec<Effect>> {
        let device = device(&self.name)?;
        let (mut zone, mut value) = ("all".to_owned(), None);
        for (name, said) in &self.kwargs {
            match (&**name, said) {
                ("seat_zone" | "window" | "position" | "defrost_window", Value::String(said)) => zone = ours(said),
                // A colour says more than that the light is on.
                ("on", Value::Bool(true)) if value.is_some() => {}
                ("on", Value::Bool(false)) => value = Some(Set::Switch(false)),
                _ => value = value.filter(|value| *value == Set::Switch(false)).or(set(device, said)),
            }
        }
        Some(effects(&Call { device: device.into(), zones: vec![zone], value: value? }))
    }
}

/// What a call comes to, zone by zone.
pub(super) fn effects(call: &Call) -> Vec<Effect> {
    let zones = TOOLS.iter().find(|(_, device, ..)| *device == call.device).map_or(ONE, |(_, _, zones, _)| *zones);
    let meant = |zone: &&&str| {
        call.zones.iter().any(|named| match &**named {
            "all" => true,
            "rear" => zone.starts_with("rear"),
            "front" if zones != GLASS => !zone.starts_with("rear"),
            named => named == **zone,
        })
    };
    let value = call.arguments().remove("value").unwrap_or_default();
    zones.iter().filter(meant).map(|zone| (call.device.clone(), (*zone).to_owned(), value.clone())).collect()
}

/// Their value as ours.
fn set(device: &str, value: &Value) -> Option<Set> {
    match value {
        Value::Bool(on) => Some(Set::Switch(*on)),
        Value::Number(number) => number.as_f64().map(Set::Number),
        Value::String(word) if device == "boot" => Some(Set::Switch(matches!(&*word.to_lowercase(), "open"))),
        Value::String(word) if word == "OFF" || word == "NONE" => Some(Set::Switch(false)),
        Value::String(word) if word == "WINDSHIELD" => Some(Set::Word("windscreen".into())),
        Value::String(word) => Some(Set::Word(word.to_lowercase().replace('_', " "))),
        _ => None,
    }
}

fn ours(zone: &str) -> String {
    match zone {
        "DRIVER_REAR" => "rear_driver".into(),
        "PASSENGER_REAR" => "rear_passenger".into(),
        "ALL_ZONES" => "all".into(),
        zone => zone.to_lowercase(),
    }
}

fn theirs(zone: &str) -> String {
    zone.split_once('_').map_or_else(|| zone.to_owned(), |(row, side)| format!("{side}_{row}"))
}
