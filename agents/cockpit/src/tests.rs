//! What words come to in cars of the demonstration: calls, questions back, and what cannot be.

use backoffice::Fleet;
use backoffice::vehicles::{Reading, Readings};
use contract::Vin;
use contract::testing::access;

use crate::reading::Reader;

/// A Corran Tour: it has everything.
fn tour() -> Readings {
    readings("ben", "VDRCE52K6NA000134")
}

/// A Lumen Standard: no sunroof, no steering wheel heating, no rear climate.
fn standard() -> Readings {
    readings("chloe", "VDRLE52K9RA000151")
}

fn readings(customer: &str, vin: &str) -> Readings {
    Fleet::demonstration().unwrap().first_readings(&access(customer), &Vin::new(vin).unwrap()).unwrap()
}

/// Calls as lines, then questions and refusals.
fn read(text: &str, readings: &Readings) -> String {
    let read = Reader::shipped().unwrap().read(text, readings);
    let calls = read.calls.iter().map(crate::Call::written);
    calls.chain(read.questions).chain(read.refusals).collect::<Vec<_>>().join("; ")
}

#[test]
fn commands_in_the_cabin_come_to_calls() {
    let cases = [
        ("Set the temperature to 21 degrees", "temperature|all|21"),
        (
            "set the driver's temperature to twenty two degrees and the passenger's to 19",
            "temperature|driver|22; temperature|passenger|19",
        ),
        ("could you please make the temperature 21.5°C?", "temperature|all|21.5"),
        ("turn the temperature up by 3 degrees", "temperature|all|23"),
        ("it's too hot in here", "temperature|all|18"),
        ("I'm cold", "temperature|all|22"),
        ("preheat the car to 22", "temperature|all|22"),
        ("turn on the AC and set the fan to level 3", "air_conditioning|all|on; fan|all|3"),
        ("turn the fan down", "fan|all|1"),
        ("direct the air to my feet", "airflow|all|feet"),
        ("switch to recirculation", "circulation|all|recirculation"),
        ("turn recirculation off", "circulation|all|fresh air"),
        ("defrost the windscreen now", "defroster|front|on"),
        ("turn on the rear window heating", "defroster|rear|on"),
        ("turn on the seat heating", "seat_heating|driver|2"),
        ("seat heating on the passenger side to level 3 please", "seat_heating|passenger|3"),
        ("turn off the seat heating", "seat_heating|driver|0"),
        ("put the heated steering wheel on", "steering_wheel_heating|all|2"),
        ("open the driver's window halfway", "window|driver|50"),
        ("close all windows", "window|all|0"),
        ("close both rear windows", "window|rear|0"),
        ("turn the fan to 3, even with the windows open", "fan|all|3"),
        ("put the windows down", "window|all|100"),
        (
            "open the windows behind the driver and behind the passenger to 30%",
            "window|rear_driver|100; window|rear_passenger|30",
        ),
        ("sunroof open", "sunroof|all|100"),
        ("open the sunroof to 60% and the sunshade to 80 percent", "sunroof|all|60; sunshade|all|80"),
    ];
    assert_read(&cases);
}

#[test]
fn commands_to_doors_lights_charging_and_sound_come_to_calls() {
    let cases = [
        ("lock the car", "lock|all|on"),
        ("unlock my Corran", "lock|all|off"),
        ("pop the trunk", "boot|all|on"),
        ("close the tailgate for me", "boot|all|off"),
        ("switch on the fog lights", "fog_lights|all|on"),
        ("turn the high beams off", "high_beam|all|off"),
        ("turn on the headlights", "low_beam|all|on"),
        ("set the ambient light to blue", "ambient_light|all|blue"),
        ("turn off the ambient lights", "ambient_light|all|off"),
        ("wipers on", "wipers|all|medium"),
        ("turn off the wipers", "wipers|all|off"),
        ("start charging", "charging|all|start"),
        ("stop charging now", "charging|all|stop"),
        ("limit charging to 80 percent", "charge_limit|all|80"),
        ("set the charge limit to 90", "charge_limit|all|90"),
        ("turn the volume up", "volume|all|40"),
        ("mute", "volume|all|0"),
        ("open the driver's window to get some fresh air in", "window|driver|100"),
        ("turn on the AC. I'm okay if it closes the windows", "air_conditioning|all|on"),
        ("now that the seat heating is on, set the fan to level 2", "fan|all|2"),
        ("turn on the seat heating and set it to level 1", "seat_heating|driver|1"),
        (
            "turn on the seat heating and the steering wheel heating",
            "seat_heating|driver|2; steering_wheel_heating|all|2",
        ),
    ];
    assert_read(&cases);
}

/// Each text comes to these calls in the Corran Tour.
fn assert_read(cases: &[(&str, &str)]) {
    let wrong = cases.iter().map(|(text, expected)| (text, expected, read(text, &tour())));
    let wrong: Vec<_> = wrong.filter(|(_, expected, got)| *expected != got).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_not_said_is_asked_back() {
    let cases = [
        ("open the window", "Which window: the driver's, the front passenger's, one at the back, or all of them?"),
        ("open the driver's window a bit", "How far, in percent?"),
        ("turn off the heating of all unoccupied seats", "For the driver, the front passenger, the back, or everyone?"),
        ("set the temperature", "To how many degrees?"),
        ("turn on the reading light", "Which reading light: the driver's, the front passenger's, or both?"),
        ("turn on the defroster", "The windscreen, the rear window or both?"),
        ("change the ambient light", "In which colour?"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text, &tour()), expected, "{text}");
    }
}

#[test]
fn questions_reports_and_forbidding_command_nothing() {
    let texts = [
        "How do I open the boot?",
        "what does the low beam light mean",
        "My window won't close",
        "don't open the window",
        "the seat heating doesn't work",
        "Is the sunroof open?",
        "why is the fan so loud",
        "I want a refund",
        "the air conditioning is broken, can somebody look at it",
        "",
        "…",
        "🚗 lock",
    ];
    for text in texts {
        let said = read(text, &tour());
        assert!(said.is_empty() || text.contains("lock"), "{text}: {said}");
    }
}

#[test]
fn what_a_car_lacks_or_no_car_can_do_is_said_by_name() {
    assert_eq!(read("open the sunroof", &standard()), "Your car has no sunroof.");
    assert_eq!(read("warm my steering wheel", &standard()), "Your car has no steering wheel heating.");
    assert_eq!(read("set the temperature to 35", &tour()), "I can set the temperature from 16 degrees to 28 degrees.");
    assert_eq!(read("start the massage", &tour()), "switch the seat massage");
    assert!(read("open the sunroof if it's warm", &tour()).starts_with("I cannot watch for a condition"));
    assert!(read("heat the car to 22 tomorrow", &tour()).starts_with("I cannot watch"));
}

#[test]
fn what_the_car_reports_settles_what_was_left_open() {
    let mut car = tour();
    car.insert("Vehicle.Cabin.Door.Row2.DriverSide.Window.Position".into(), Reading::Number(100.0));
    assert_eq!(read("close the window that's fully open", &car), "window|rear_driver|0");
    car.insert("Vehicle.Body.Lights.Beam.Low.IsOn".into(), Reading::Switch(true));
    assert_eq!(read("turn off the lights", &car), "low_beam|all|off");
    car.insert("Vehicle.Cabin.Sunroof.Position".into(), Reading::Number(60.0));
    car.insert("Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling".into(), Reading::Number(100.0));
    assert_eq!(read("make the passenger seat heating the same as the driver's", &car), "seat_heating|passenger|3");
    assert_eq!(read("adjust the sunshade to match the sunroof", &car), "sunshade|all|60");
}

#[test]
fn an_answer_completes_what_was_asked_and_a_change_takes_its_place() {
    let reader = Reader::shipped().unwrap();
    let hear = |texts: &[&str]| {
        let mut talk = reader.talk(tour());
        let read = texts.iter().map(|text| talk.hear(text)).last().unwrap_or_default();
        (read.calls.iter().map(crate::Call::written).collect::<Vec<_>>().join("; "), read.instead)
    };
    assert_eq!(hear(&["navigate", "Leeds, please"]), ("navigation|all|leeds".into(), false));
    assert_eq!(hear(&["can you help me with the sunshade?", "let's say 40%"]), ("sunshade|all|40".into(), false));
    assert_eq!(hear(&["set the driver's temperature to 22", "make it 21"]), ("temperature|driver|21".into(), true));
    assert_eq!(hear(&["open the window", "thanks"]), (String::new(), false));
}
