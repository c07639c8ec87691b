//! What every way to the cars promises: one's own car only, all or none, once for each action, and refusals with a reason.

use std::sync::Arc;

use contract::ports::Clock;
use contract::testing::{ManualClock, access};
use contract::{ActionId, ErrorKind, TurnId, Vin};
use futures::future::join_all;

use crate::Vehicles;
use crate::vehicles::{Command, Reading};

/// A Lumen Long Range of the demonstration: not plugged in, no sunroof.
const ADAS: (&str, &str) = ("ada", "VDRLE52K1SA000117");
/// A Lumen Standard of the demonstration, plugged in.
const EMMAS: (&str, &str) = ("emma", "VDRLE52K7SA000185");
/// A Corran Tour of the demonstration: it has a sunroof.
const BENS: (&str, &str) = ("ben", "VDRCE52K6NA000134");

const TEMPERATURE: &str = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature";
const VOLUME: &str = "Vehicle.Cabin.Infotainment.Media.Volume";
const SUNROOF: &str = "Vehicle.Cabin.Sunroof.Position";
const CHARGING: &str = "Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging";
const IS_CHARGING: &str = "Vehicle.Powertrain.TractionBattery.Charging.IsCharging";
/// How many ask for one action at once.
const CROWD: usize = 16;

/// Checks the demonstration cars behind what `make` makes; made again, it must know what was done before.
pub async fn check(make: impl Fn(Arc<dyn Clock>) -> Arc<dyn Vehicles>) {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let cars = make(clock.clone());
    cars.ready().await.expect("ready");
    a_car_answers_to_its_own_customer_only(&*cars).await;
    a_command_is_done_whole_or_not_at_all(&*cars).await;
    what_a_car_cannot_do_is_refused_with_the_reason(&*cars).await;
    charging_starts_only_when_plugged_in(&*cars).await;
    an_action_is_done_once_however_often_it_is_asked_for(&*cars, &*make(clock)).await;
}

async fn a_car_answers_to_its_own_customer_only(cars: &dyn Vehicles) {
    let readings = cars.readings(&access(ADAS.0), &vin(ADAS)).await.expect("her own");
    assert!(readings.contains_key(TEMPERATURE) && !readings.contains_key(SUNROOF));
    for stranger in ["ben", "nobody"] {
        let refused = cars.readings(&access(stranger), &vin(ADAS)).await.expect_err("not theirs");
        assert_eq!(refused.kind, ErrorKind::NotFound);
        let warm = [set(TEMPERATURE, 28.0)];
        let refused = cars.command(&access(stranger), &vin(ADAS), &warm, &action(stranger)).await.expect_err("theirs");
        assert_eq!(refused.kind, ErrorKind::NotFound);
        // What a stranger tried does not use the action up.
        cars.command(&access(ADAS.0), &vin(ADAS), &[set(TEMPERATURE, 21.0)], &action(stranger)).await.expect("hers");
    }
    assert_eq!(read(cars, ADAS, TEMPERATURE).await, 21.0.into());
    let unknown = Vin::new("VDRLE52K1SA999999").expect("a VIN");
    assert_eq!(cars.readings(&access(ADAS.0), &unknown).await.expect_err("no car").kind, ErrorKind::NotFound);
}

async fn a_command_is_done_whole_or_not_at_all(cars: &dyn Vehicles) {
    let before = cars.readings(&access(ADAS.0), &vin(ADAS)).await.expect("readings");
    let half_good = [set(VOLUME, 55.0), set(TEMPERATURE, 99.0)];
    let refused = tell(cars, ADAS, &half_good, "half").await.expect_err("too hot");
    assert_eq!(refused.kind, ErrorKind::Refused);
    assert_eq!(cars.readings(&access(ADAS.0), &vin(ADAS)).await.expect("readings"), before);
    let good = [set(VOLUME, 55.0), set(TEMPERATURE, 23.5)];
    tell(cars, ADAS, &good, "whole").await.expect("both are fine");
    assert_eq!(read(cars, ADAS, VOLUME).await, 55.0.into());
    assert_eq!(read(cars, ADAS, TEMPERATURE).await, 23.5.into());
    tell(cars, ADAS, &[], "nothing").await.expect("nothing is easily done");
}

async fn what_a_car_cannot_do_is_refused_with_the_reason(cars: &dyn Vehicles) {
    let commands = [
        set(SUNROOF, 50.0),
        set(TEMPERATURE, 15.9),
        set(TEMPERATURE, 28.1),
        set(TEMPERATURE, f64::NAN),
        set(TEMPERATURE, true),
        set(CHARGING, "PAUSE"),
        set("Vehicle.TraveledDistance", 5.0),
        set("Vehicle.Speed", 0.0),
        set("Vehicle.Flux.Capacitor", 88.0),
    ];
    for (number, command) in commands.into_iter().enumerate() {
        let outcome = tell(cars, ADAS, std::slice::from_ref(&command), &format!("cannot-{number}")).await;
        let refused = outcome.expect_err(&command.signal);
        assert_eq!(refused.kind, ErrorKind::Refused, "{command:?}");
        assert!(refused.message.ends_with('.'), "a sentence for the customer: {}", refused.message);
    }
    tell(cars, BENS, &[set(SUNROOF, 50.0)], "sunroof").await.expect("his car has one");
    assert_eq!(read(cars, BENS, SUNROOF).await, 50.0.into());
}

async fn charging_starts_only_when_plugged_in(cars: &dyn Vehicles) {
    let refused = tell(cars, ADAS, &[set(CHARGING, "START")], "unplugged").await.expect_err("no cable");
    assert!(refused.kind == ErrorKind::Refused && refused.message.contains("plugged in"), "{}", refused.message);
    assert_eq!(read(cars, ADAS, IS_CHARGING).await, false.into());
    tell(cars, EMMAS, &[set(CHARGING, "START")], "plugged").await.expect("plugged in");
    assert_eq!(read(cars, EMMAS, IS_CHARGING).await, true.into());
    tell(cars, EMMAS, &[set(CHARGING, "STOP")], "stop").await.expect("stops");
    assert_eq!(read(cars, EMMAS, IS_CHARGING).await, false.into());
}

async fn an_action_is_done_once_however_often_it_is_asked_for(cars: &dyn Vehicles, restarted: &dyn Vehicles) {
    let wanted: Vec<[Command; 1]> = (0..CROWD).map(|n| [set(VOLUME, 10.0 + n as f64)]).collect();
    let crowd = wanted.iter().map(|volume| tell(cars, EMMAS, volume, "crowd"));
    assert!(join_all(crowd).await.iter().all(Result::is_ok));
    let first = read(cars, EMMAS, VOLUME).await;
    tell(cars, EMMAS, &[set(VOLUME, 99.0)], "another").await.expect("a new action");
    // The old one again, also after a restart, changes nothing and gives its first outcome.
    for again in [cars, restarted] {
        tell(again, EMMAS, &wanted[0], "crowd").await.expect("it was done");
        assert_eq!(read(again, EMMAS, VOLUME).await, 99.0.into());
    }
    assert_ne!(first, 99.0.into());
    let first = tell(cars, EMMAS, &[set(SUNROOF, 1.0)], "refused").await.expect_err("no sunroof");
    let again = tell(restarted, EMMAS, &[set(VOLUME, 1.0)], "refused").await.expect_err("refused before");
    assert_eq!((first.kind, first.message), (again.kind, again.message));
    assert_eq!(read(restarted, EMMAS, VOLUME).await, 99.0.into());
}

fn vin(of: (&str, &str)) -> Vin {
    Vin::new(of.1).expect("a VIN")
}

fn action(name: &str) -> ActionId {
    ActionId::of(&TurnId::new("suite").expect("an id"), name, 0)
}

fn set(signal: &str, value: impl Into<Reading>) -> Command {
    Command { signal: signal.into(), value: value.into() }
}

async fn tell(cars: &dyn Vehicles, of: (&str, &str), commands: &[Command], name: &str) -> contract::Result<()> {
    cars.command(&access(of.0), &vin(of), commands, &action(name)).await
}

async fn read(cars: &dyn Vehicles, of: (&str, &str), signal: &str) -> Reading {
    cars.readings(&access(of.0), &vin(of)).await.expect("readings")[signal].clone()
}
