//! From a wish to a call, with what the car reports: which zones it has, what it is set to now, and what still must be asked.

use backoffice::vehicles::{Command, Reading, Readings};

use crate::say::{noun, number_of};
use crate::table::{Device, Kind, Tables, Zoning};
use crate::wish::{Call, Change, NAVIGATION, Value, Wish};

/// What a wish comes to in one car.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Settled {
    /// It lacks nothing.
    Call(Call),
    /// It lacks something: the question to the customer.
    Ask(String),
    /// It cannot be: a sentence for the customer.
    Cannot(String),
}

/// What this wish comes to in the car that reports this and is called so.
pub(crate) fn settle(tables: &Tables, wish: &Wish, readings: &Readings, car: &str) -> Settled {
    let lacks = |what: &str| Settled::Cannot(capital(&tables.phrases.say("has_none", &[("car", car), ("what", what)])));
    let name = match group(tables, wish, readings) {
        Ok(name) => name,
        Err(instead) => return instead,
    };
    let Some(device) = tables.device(&name) else { return lacks(&name) };
    let has: Vec<(String, String)> =
        tables.devices.signals(device).into_iter().filter(|(_, signal)| readings.contains_key(signal)).collect();
    if has.is_empty() {
        return lacks(device.nouns.as_deref().unwrap_or(&device.noun));
    }
    let zones = match wanted(device, wish, readings, &has) {
        Ok(zones) => zones,
        Err(Some(missing)) => return lacks(noun(tables, device, &[missing]).trim_start_matches("the ")),
        Err(None) => return Settled::Ask(device.ask_zone.clone().unwrap_or_default()),
    };
    let now = has.iter().find(|(zone, _)| covers(&zones, zone)).and_then(|(_, signal)| readings.get(signal));
    match value(tables, device, wish, readings, now) {
        Ok(value) => Settled::Call(Call { device: device.name.clone(), zones, value }),
        Err(Some(sentence)) => Settled::Cannot(sentence),
        Err(None) => Settled::Ask(device.ask_value.clone().unwrap_or_default()),
    }
}

/// The one device of a group that is meant: when something is turned off, the one that is on.
fn group(tables: &Tables, wish: &Wish, readings: &Readings) -> Result<String, Settled> {
    let [name] = &wish.devices[..] else {
        let lit = |name: &&String| {
            let signal = tables.device(name).and_then(|device| readings.get(&device.signal));
            signal.and_then(Reading::switch) == Some(true)
        };
        let on: Vec<&String> = wish.devices.iter().filter(lit).collect();
        let ask = tables.devices.group.iter().find(|group| group.devices == wish.devices);
        let ask = || Settled::Ask(ask.map(|group| group.ask.clone()).unwrap_or_default());
        return match (&wish.change, &on[..]) {
            (Change::Off, []) => Err(Settled::Cannot(tables.phrases.say("nothing_on", &[]))),
            (Change::Off, [one]) => Ok((*one).clone()),
            // Lights without more said are the low beam, unless it is on already.
            (Change::On, []) => wish.devices.first().cloned().ok_or_else(ask),
            _ => Err(ask()),
        };
    };
    Ok(name.clone())
}

/// The zones that are meant; the name of one that the car lacks; or nothing: it must be asked.
fn wanted(
    device: &Device,
    wish: &Wish,
    readings: &Readings,
    has: &[(String, String)],
) -> Result<Vec<String>, Option<String>> {
    if device.zones == Zoning::None {
        return Ok(vec!["all".into()]);
    }
    let mut zones = wish.zones.clone();
    if zones.iter().any(|zone| zone == "opened") {
        let position = |signal: &String| readings.get(signal).and_then(Reading::number).unwrap_or_default();
        let widest = has.iter().map(|(_, signal)| position(signal)).fold(0.0, f64::max);
        let open = has.iter().filter(|(_, signal)| position(signal) > 0.0 && position(signal) >= widest);
        zones = open.map(|(zone, _)| zone.clone()).collect();
    }
    if zones.iter().any(|zone| zone == "unclear") {
        return Err(None);
    }
    if zones.is_empty() {
        match &device.usual {
            Some(usual) if device.zones == Zoning::Optional => zones.push(usual.clone()),
            _ => return Err(None),
        }
    }
    match zones.iter().find(|zone| !has.iter().any(|(known, _)| covers(std::slice::from_ref(*zone), known))) {
        Some(missing) => Err(Some(missing.clone())),
        None => Ok(zones),
    }
}

/// Whether one of the named zones holds this one.
fn covers(named: &[String], zone: &str) -> bool {
    named.iter().any(|named| match &**named {
        "all" => true,
        "front" => matches!(zone, "driver" | "passenger" | "front"),
        "rear" => zone.starts_with("rear"),
        named => named == zone,
    })
}

/// The value; a sentence when it cannot be; or nothing: it must be asked.
fn value(
    tables: &Tables,
    device: &Device,
    wish: &Wish,
    readings: &Readings,
    now: Option<&Reading>,
) -> Result<Value, Option<String>> {
    let steps = |reading: Option<&Reading>| reading.and_then(Reading::number).map(|raw| raw / device.scale);
    let number = match &wish.change {
        Change::On | Change::Off if device.kind == Kind::Switch || device.switch.is_some() => {
            return Ok(Value::Switch(wish.change == Change::On));
        }
        Change::Word(word) => return Ok(Value::Word(word.clone())),
        Change::To(number) => *number,
        Change::By(by) => (steps(now).unwrap_or(device.min) + by).clamp(device.min, device.max),
        Change::Like { device: other, zones } => {
            let other = tables.device(other).ok_or(None)?;
            let covered = |zone: &str| zones.is_empty() || covers(zones, zone);
            let signals = tables.devices.signals(other);
            let found = signals.iter().filter(|(zone, _)| covered(zone)).find_map(|(_, signal)| readings.get(signal));
            found.and_then(Reading::number).map(|raw| raw / other.scale).ok_or(None)?
        }
        _ => return Err(None),
    };
    let number = (number * 2.0).round() / 2.0;
    if !(device.min..=device.max).contains(&number) {
        let (min, max) = (number_of(tables, device, device.min), number_of(tables, device, device.max));
        let gaps = [("what", &*noun(tables, device, &["all".into()])), ("min", &min), ("max", &max)];
        return Err(Some(tables.phrases.say("bounds", &gaps)));
    }
    Ok(Value::Number(number))
}

/// What the car is told for a call: signals that it has only.
pub(crate) fn commands(tables: &Tables, call: &Call, readings: &Readings) -> Vec<Command> {
    if call.device == NAVIGATION {
        return destination(tables, call);
    }
    let Some(device) = tables.device(&call.device) else { return Vec::new() };
    let value: Reading = match &call.value {
        Value::Switch(on) => (*on).into(),
        Value::Number(steps) => ((steps * device.scale).round()).max(0.0).into(),
        Value::Word(word) => match device.option.iter().find(|option| option.word == *word) {
            Some(option) => option.value.clone(),
            None => return Vec::new(),
        },
    };
    // Half degrees stay half; percent are whole.
    let value = match (&call.value, device.kind) {
        (Value::Number(degrees), Kind::Degrees) => (*degrees).into(),
        _ => value,
    };
    let set = |signal: &str, value: Reading| Command { signal: signal.to_owned(), value };
    if let (Some(switch), Value::Switch(on)) = (&device.switch, &call.value) {
        return vec![set(switch, (*on).into())];
    }
    let signals = tables.devices.signals(device).into_iter().filter(|(zone, _)| covers(&call.zones, zone));
    let mut told: Vec<Command> = signals.map(|(_, signal)| set(&signal, value.clone())).collect();
    told.extend(device.also.iter().map(|signal| set(signal, value.clone())));
    told.extend(device.switch.iter().map(|signal| set(signal, true.into())));
    told.retain(|command| readings.contains_key(&command.signal));
    told
}

/// A place of the table has a position; what the customer named is left to the car.
fn destination(tables: &Tables, call: &Call) -> Vec<Command> {
    let Value::Word(name) = &call.value else { return Vec::new() };
    let signal = |part: &str| format!("Vehicle.Cabin.Infotainment.Navigation.DestinationSet.{part}");
    let mut told = vec![Command { signal: signal("Name"), value: (&**name).into() }];
    if let Some(place) = tables.places.place.iter().find(|place| place.name == *name) {
        told.push(Command { signal: signal("Latitude"), value: place.lat.into() });
        told.push(Command { signal: signal("Longitude"), value: place.lon.into() });
    }
    told
}

/// The text with a capital at its beginning.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
