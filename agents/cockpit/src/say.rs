//! How a call is spoken of: what a yes would do, and what was done.

use crate::settle::capital;
use crate::table::{Device, Kind, Tables, fill};
use crate::wish::{Call, NAVIGATION, Value};

/// One sentence that says what a yes would do: `Turn on the air conditioning, and open the driver's window.`
pub(crate) fn summary(tables: &Tables, calls: &[Call], car: Option<&str>) -> String {
    let parts: Vec<String> = calls.iter().map(|call| order(tables, call)).collect();
    let parts: Vec<String> =
        parts.iter().enumerate().map(|(n, part)| if n == 0 { part.clone() } else { small(part) }).collect();
    let whole = parts.join(&tables.phrases.say("joint", &[]));
    let place = car.map(|car| tables.phrases.say("in_the_car", &[("car", car)])).unwrap_or_default();
    format!("{whole}{place}.")
}

/// One sentence that says what was done: `Done: the air conditioning is on, and the driver's window is open.`
pub(crate) fn outcome(tables: &Tables, calls: &[Call]) -> String {
    let parts: Vec<String> = calls.iter().map(|call| state(tables, call)).collect();
    format!("{}{}.", tables.phrases.say("done", &[]), parts.join(&tables.phrases.say("joint", &[])))
}

/// The first letter small, because something stands before it.
fn small(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn order(tables: &Tables, call: &Call) -> String {
    said(tables, call, &["on", "off", "open", "close", "open_to", "to", "lock", "unlock", "start", "stop", "navigate"])
}

fn state(tables: &Tables, call: &Call) -> String {
    let names = [
        "is_on",
        "is_off",
        "is_open",
        "is_closed",
        "is_open_to",
        "is_at",
        "is_locked",
        "is_unlocked",
        "has_started",
        "has_stopped",
        "is_navigating",
    ];
    said(tables, call, &names)
}

/// A call in the phrases of these names, in the order of [`order`].
fn said(tables: &Tables, call: &Call, names: &[&str; 11]) -> String {
    let device = tables.device(&call.device);
    let value = match (&call.value, device) {
        (Value::Number(number), Some(device)) => number_of(tables, device, *number),
        (Value::Word(word), _) if call.device == NAVIGATION => titled(word),
        (Value::Word(word), _) => word.clone(),
        _ => String::new(),
    };
    let off_word = device.and_then(|device| device.off_word.as_deref());
    let at = match (&*call.device, &call.value) {
        (NAVIGATION, _) => 10,
        ("lock", Value::Switch(on)) => 7 - usize::from(*on),
        ("boot", Value::Switch(on)) => 3 - usize::from(*on),
        ("charging", Value::Word(word)) => 8 + usize::from(word == "stop"),
        (_, Value::Switch(on)) => usize::from(!on),
        (_, Value::Word(word)) if word == "off" && off_word == Some("off") => 1,
        (_, Value::Number(number)) => match device {
            Some(device) if device.moves && *number >= device.max => 2,
            Some(device) if device.moves && *number <= device.min => 3,
            Some(device) if device.moves => 4,
            Some(device) if device.kind == Kind::Level && *number <= 0.0 => 1,
            _ => 5,
        },
        _ => 5,
    };
    let what = device.map(|device| noun(tables, device, &call.zones)).unwrap_or_default();
    let many = device.is_some_and(|device| device.plural || (device.nouns.is_some() && several(&call.zones)));
    let is = if many { "are" } else { "is" };
    tables.phrases.say(names[at], &[("what", &what), ("value", &value), ("is", is)])
}

fn several(zones: &[String]) -> bool {
    zones.len() > 1 || zones.iter().any(|zone| matches!(&**zone, "all" | "front" | "rear"))
}

/// A device with its zones: `the driver's window`, `all windows`, `the seat heating behind the driver`.
pub(crate) fn noun(tables: &Tables, device: &Device, zones: &[String]) -> String {
    let nouns = device.nouns.as_deref();
    if zones.iter().any(|zone| zone == "all") {
        return nouns.map_or_else(|| format!("the {}", device.noun), |nouns| format!("all {nouns}"));
    }
    let one = |zone: &String| {
        let noun = if several(std::slice::from_ref(zone)) { nouns.unwrap_or(&device.noun) } else { &device.noun };
        let noun = if noun == "defroster" && zone == "front" { "windscreen defroster" } else { noun };
        let template = if noun.starts_with("windscreen") {
            "the {noun}"
        } else {
            tables.phrases.zone.get(zone).map_or("the {noun}", String::as_str)
        };
        fill(template, &[("noun", noun)])
    };
    zones.iter().map(one).collect::<Vec<_>>().join(" and ")
}

/// A value with its unit as it is spoken: `21 degrees`, `level 2`.
pub(crate) fn number_of(tables: &Tables, device: &Device, number: f64) -> String {
    let unit = match device.kind {
        Kind::Degrees => "degrees",
        Kind::Level => "level",
        _ => "percent",
    };
    let template = tables.phrases.unit.get(unit).map_or("{value}", String::as_str);
    fill(template, &[("value", &number.to_string())])
}

/// A destination as a name: each word with a capital.
pub(crate) fn titled(words: &str) -> String {
    let small = |word: &str| matches!(word, "of" | "the" | "in" | "and" | "home");
    words.split(' ').map(|word| if small(word) { word.to_owned() } else { capital(word) }).collect::<Vec<_>>().join(" ")
}
