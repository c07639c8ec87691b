//! The first check of a turn: what was sent is complete, within bounds, and free of what could harm a log or a screen.

use contract::turn::VehicleState;
use contract::{Caller, Channel, Error, ErrorKind, Result, Vin};

/// Longest text of a turn, in characters.
pub(crate) const LONGEST_TEXT: usize = 4_000;
/// Most trouble codes that a car may report at once.
const MOST_WARNINGS: usize = 50;
/// Fastest plausible car, in km/h.
const FASTEST_KPH: f64 = 500.0;
/// Furthest plausible odometer, in km.
const FURTHEST_KM: f64 = 5_000_000.0;

/// The text with what cannot be seen taken out.
///
/// Control characters (but line breaks and tabs) and Unicode's bidirectional overrides (which make text read otherwise
/// than it is, CVE-2021-42574) are removed; what remains must be 1 to 4,000 characters.
pub(crate) fn text(raw: &str) -> Result<String> {
    words("text", raw, LONGEST_TEXT)
}

/// The same check of another text, which `field` holds.
pub(crate) fn words(field: &str, raw: &str, longest: usize) -> Result<String> {
    let count = raw.chars().count();
    if count > longest {
        let hint = format!("send at most {longest} characters; this has {count}");
        return Err(Error::invalid(field, "the text is too long").hint(hint));
    }
    let visible: String = raw.chars().filter(|&c| !is_hidden(c)).collect();
    let text = visible.trim();
    if text.is_empty() {
        let hint = format!("send what was said, 1 to {longest} characters that can be seen");
        return Err(Error::invalid(field, "there is no text").hint(hint));
    }
    Ok(text.to_owned())
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A language tag of the form of BCP 47: letters, digits and hyphens, 2 to 35 characters.
pub(crate) fn locale(tag: &str) -> Result<String> {
    let parts_ok =
        tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    let language_ok =
        tag.split('-').next().is_some_and(|part| part.len() >= 2 && part.chars().all(|c| c.is_ascii_alphabetic()));
    if tag.len() > 35 || !parts_ok || !language_ok {
        return Err(Error::invalid("locale", format!("{tag:?} is not a language tag"))
            .hint("send a BCP 47 tag such as en or en-GB"));
    }
    Ok(tag.to_owned())
}

/// A vehicle's state whose every value is plausible.
pub(crate) fn vehicle(state: VehicleState) -> Result<VehicleState> {
    if let Some(vin) = &state.vin {
        Vin::new(vin.as_str()).map_err(|error| error.field("vehicle.vin"))?;
    }
    within("vehicle.speed_kph", state.speed_kph, 0.0, FASTEST_KPH)?;
    within("vehicle.battery_pct", state.battery_pct, 0.0, 100.0)?;
    within("vehicle.odometer_km", state.odometer_km, 0.0, FURTHEST_KM)?;
    within("vehicle.location.lat", state.location.map(|place| place.lat), -90.0, 90.0)?;
    within("vehicle.location.lon", state.location.map(|place| place.lon), -180.0, 180.0)?;
    if state.warnings.len() > MOST_WARNINGS {
        return Err(
            Error::invalid("vehicle.warnings", "too many warnings").hint(format!("send at most {MOST_WARNINGS}"))
        );
    }
    if let Some(index) = state.warnings.iter().position(|code| !is_trouble_code(code)) {
        return Err(Error::invalid(format!("vehicle.warnings[{index}]"), "not a trouble code")
            .hint("a letter P, B, C or U and four hexadecimal digits, such as P0301"));
    }
    Ok(state)
}

/// What the car reports from which somebody speaks. A car that speaks under its own token speaks for no other, and need not
/// say which one it is.
pub(crate) fn car(caller: &Caller, channel: Channel, state: Option<VehicleState>) -> Result<Option<VehicleState>> {
    let state = state.map(vehicle).transpose()?;
    let Caller::Vehicle { vin: own, .. } = caller else { return Ok(state) };
    let refused = |field: &str, message| Error::new(ErrorKind::Refused, message).field(field);
    if channel != Channel::Vehicle {
        return Err(refused("channel", "a vehicle's token is for the channel vehicle")
            .hint("send channel vehicle, or a customer's token"));
    }
    let Some(own) = own else { return Ok(state) };
    let mut state = state.unwrap_or_default();
    let named = state.vin.get_or_insert_with(|| own.to_string());
    if !named.eq_ignore_ascii_case(own.as_str()) {
        return Err(
            refused("vehicle.vin", "the token is another car's").hint("leave vehicle.vin out, or send the token's")
        );
    }
    Ok(Some(state))
}

fn within(field: &str, value: Option<f64>, least: f64, most: f64) -> Result<()> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(Error::invalid(field, format!("{value} is out of range")).hint(format!("expected {least} to {most}")))
        }
        _ => Ok(()),
    }
}

/// A diagnostic trouble code of SAE J2012: a letter for the system and four hexadecimal digits.
fn is_trouble_code(code: &str) -> bool {
    let mut characters = code.chars();
    let system = characters.next().is_some_and(|c| "PBCU".contains(c.to_ascii_uppercase()));
    system && code.len() == 5 && characters.all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use contract::turn::Location;

    use super::*;

    #[test]
    fn text_keeps_what_is_said_and_drops_what_is_hidden() {
        assert_eq!(text("  P0301 \u{0}\u{202e}leuchtet\nschön \u{1f697} ").unwrap(), "P0301 leuchtet\nschön \u{1f697}");
        for bad in ["", " \n ", "\u{0}\u{202e}", &"x".repeat(LONGEST_TEXT + 1)] {
            assert_eq!(text(bad).unwrap_err().field.as_deref(), Some("text"), "{bad:.10?}");
        }
        assert!(text(&"ä".repeat(LONGEST_TEXT)).is_ok(), "the limit counts characters, not bytes");
    }

    #[test]
    fn locales_have_the_form_of_language_tags() {
        for good in ["en", "en-GB", "zh-Hans-CN", "de-CH-1996"] {
            assert!(locale(good).is_ok(), "{good}");
        }
        for bad in ["", "e", "englishlanguage", "en_GB", "en-", "12", "<script>"] {
            assert!(locale(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_car_speaks_for_itself_only() {
        let own = "WVELDRA0000000001";
        let bound =
            Caller::Vehicle { customer: contract::CustomerId::new("ada").unwrap(), vin: Some(Vin::new(own).unwrap()) };
        let named = |vin: &str| Some(VehicleState { vin: Some(vin.into()), ..VehicleState::default() });
        let field = |caller, channel, state| car(caller, channel, state).unwrap_err().field;
        for good in [None, Some(VehicleState::default()), named(own)] {
            assert_eq!(car(&bound, Channel::Vehicle, good).unwrap(), named(own));
        }
        assert!(car(&bound, Channel::Vehicle, named(&own.to_lowercase())).is_ok());
        let other = named("WVELDRA0000000002");
        assert_eq!(field(&bound, Channel::Vehicle, other.clone()).as_deref(), Some("vehicle.vin"));
        assert_eq!(field(&bound, Channel::Web, None).as_deref(), Some("channel"));
        let unbound = Caller::Vehicle { customer: contract::CustomerId::new("ada").unwrap(), vin: None };
        assert_eq!(car(&unbound, Channel::Vehicle, other.clone()).unwrap(), other);
        assert_eq!(car(&Caller::Anonymous, Channel::Web, other.clone()).unwrap(), other);
    }

    #[test]
    fn implausible_vehicles_are_refused_by_field() {
        let place = |lat, lon| Some(Location { lat, lon });
        let state = VehicleState::default;
        let cases = [
            (VehicleState { vin: Some("SHORT".into()), ..state() }, "vehicle.vin"),
            (VehicleState { vin: Some("IOQ45678901234567".into()), ..state() }, "vehicle.vin"),
            (VehicleState { speed_kph: Some(-1.0), ..state() }, "vehicle.speed_kph"),
            (VehicleState { battery_pct: Some(100.1), ..state() }, "vehicle.battery_pct"),
            (VehicleState { battery_pct: Some(f64::NAN), ..state() }, "vehicle.battery_pct"),
            (VehicleState { odometer_km: Some(f64::INFINITY), ..state() }, "vehicle.odometer_km"),
            (VehicleState { location: place(91.0, 0.0), ..state() }, "vehicle.location.lat"),
            (VehicleState { location: place(0.0, 181.0), ..state() }, "vehicle.location.lon"),
            (VehicleState { warnings: vec!["P0301".into(), "oil".into()], ..state() }, "vehicle.warnings[1]"),
            (VehicleState { warnings: vec!["P0301".into(); 51], ..state() }, "vehicle.warnings"),
        ];
        for (bad, field) in cases {
            assert_eq!(vehicle(bad).unwrap_err().field.as_deref(), Some(field));
        }
        assert!(vehicle(VehicleState { warnings: vec!["p0A1f".into()], speed_kph: Some(0.0), ..state() }).is_ok());
    }
}
