//! What is not done while the car moves: rules as data, decided without asking anybody.

use backoffice::vehicles::{Reading, Readings};
use contract::{Channel, Turn};

use crate::table::{Rule, Tables};
use crate::wish::{Call, Value};

/// How a car moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Motion {
    /// It stands still.
    Still,
    /// It moves so fast, in kilometres per hour; unknown when the car does not say.
    Moving(Option<f64>),
}

impl Motion {
    /// How the car moves. One that is spoken from and does not say how fast it is counts as moving: the safe side. Of one that
    /// is spoken to from elsewhere, what it last reported counts.
    pub(crate) fn of(turn: &Turn, readings: &Readings) -> Self {
        let speed = match turn.channel {
            Channel::Vehicle => turn.vehicle.as_ref().and_then(|state| state.speed_kph),
            Channel::Web | Channel::Mobile => {
                Some(readings.get("Vehicle.Speed").and_then(Reading::number).unwrap_or_default())
            }
        };
        match speed {
            Some(speed) if speed <= 0.0 => Self::Still,
            speed => Self::Moving(speed),
        }
    }
}

/// The rule that keeps a call from being carried out while the car moves like this.
pub(crate) fn forbidden<'a>(tables: &'a Tables, call: &Call, motion: Motion) -> Option<&'a Rule> {
    let Motion::Moving(speed) = motion else { return None };
    let off_word = tables.device(&call.device).and_then(|device| device.off_word.as_deref());
    let on = match &call.value {
        Value::Switch(on) => *on,
        Value::Number(number) => *number > 0.0,
        Value::Word(word) => off_word != Some(word),
    };
    let change = if on { "on" } else { "off" };
    let fits = |rule: &&Rule| {
        rule.device == call.device
            && (rule.change == "any" || rule.change == change)
            && rule.from_kph.is_none_or(|from| speed.is_none_or(|speed| speed >= from))
    };
    tables.driving.rule.iter().find(fits)
}

#[cfg(test)]
mod tests {
    use contract::testing::{customer, turn};
    use contract::turn::VehicleState;

    use super::*;

    #[test]
    fn a_car_that_does_not_say_how_fast_it_is_counts_as_moving() {
        let mut turn = turn("t", "s", &customer("ada"), "open the boot");
        let readings = Readings::new();
        assert_eq!(Motion::of(&turn, &readings), Motion::Still);
        turn.channel = Channel::Vehicle;
        assert_eq!(Motion::of(&turn, &readings), Motion::Moving(None));
        for (speed, motion) in [(0.0, Motion::Still), (0.5, Motion::Moving(Some(0.5)))] {
            turn.vehicle = Some(VehicleState { speed_kph: Some(speed), ..VehicleState::default() });
            assert_eq!(Motion::of(&turn, &readings), motion);
        }
        turn.channel = Channel::Mobile;
        let driving = Readings::from([("Vehicle.Speed".to_owned(), Reading::Number(50.0))]);
        assert_eq!(Motion::of(&turn, &driving), Motion::Moving(Some(50.0)));
    }

    #[test]
    fn what_endangers_is_refused_and_what_is_harmless_is_not() {
        let tables = Tables::shipped().unwrap();
        let call = |device: &str, value| Call { device: device.into(), zones: vec!["all".into()], value };
        let moving = |speed| Motion::Moving(speed);
        let refused = [
            (call("boot", Value::Switch(true)), moving(Some(5.0))),
            (call("lock", Value::Switch(false)), moving(None)),
            (call("sunroof", Value::Number(50.0)), moving(None)),
            (call("sunroof", Value::Number(50.0)), moving(Some(130.0))),
            (call("wipers", Value::Word("off".into())), moving(Some(100.0))),
            (call("charging", Value::Word("stop".into())), moving(Some(5.0))),
        ];
        for (call, motion) in &refused {
            assert!(forbidden(&tables, call, *motion).is_some(), "{call:?} {motion:?}");
            assert!(forbidden(&tables, call, Motion::Still).is_none(), "{call:?} at rest");
        }
        let fine = [
            (call("boot", Value::Switch(false)), moving(Some(5.0))),
            (call("lock", Value::Switch(true)), moving(None)),
            (call("sunroof", Value::Number(50.0)), moving(Some(50.0))),
            (call("sunroof", Value::Number(0.0)), moving(Some(150.0))),
            (call("temperature", Value::Number(21.0)), moving(None)),
        ];
        for (call, motion) in &fine {
            assert!(forbidden(&tables, call, *motion).is_none(), "{call:?} {motion:?}");
        }
    }
}
