//! Tests of how much each listener is given.

use contract::Caller;
use contract::testing;
use contract::turn::VehicleState;

use super::*;

fn listener(channel: Channel, vehicle: Option<VehicleState>) -> Listener {
    let turn = Turn { channel, vehicle, ..testing::turn("t", "s", &Caller::Anonymous, "hello") };
    Listener::of(&turn)
}

fn at(speed_kph: impl Into<Option<f64>>) -> Option<VehicleState> {
    Some(VehicleState { speed_kph: speed_kph.into(), ..VehicleState::default() })
}

/// What a listener hears of these sentences, and what is said to be missing.
fn heard(listener: Listener, parts: &[(&str, Part)]) -> (Vec<String>, Option<Rest>) {
    let mut attention = Attention::of(listener);
    let said = parts.iter().filter_map(|(sentence, part)| match attention.weigh(sentence, *part) {
        Fate::Said(told) => Some(told.to_owned()),
        Fate::Held | Fate::LeftOut => None,
    });
    (said.collect(), attention.rest())
}

fn sentence(words: usize) -> String {
    format!("{}.", vec!["word"; words].join(" "))
}

#[test]
fn only_a_car_that_says_it_stands_is_parked() {
    for (vehicle, expected) in [
        (at(0.0), Listener::Parked),
        (at(-0.0), Listener::Parked),
        (at(0.1), Listener::Driver),
        (at(130.0), Listener::Driver),
        (at(f64::NAN), Listener::Driver),
        (at(None), Listener::Driver),
        (None, Listener::Driver),
    ] {
        assert_eq!(listener(Channel::Vehicle, vehicle.clone()), expected, "{vehicle:?}");
        assert_eq!(listener(Channel::Mobile, vehicle.clone()), Listener::Reader);
        assert_eq!(listener(Channel::Web, vehicle), Listener::Reader);
    }
}

#[test]
fn a_driver_hears_fifteen_seconds_and_who_is_parked_a_minute() {
    assert_eq!(Listener::Driver.limit(), Some(Limit { words: 37, sentences: 3 }));
    assert_eq!(Listener::Parked.limit(), Some(Limit { words: 150, sentences: 8 }));
    assert_eq!(Listener::Reader.limit(), None);
}

#[test]
fn room_is_kept_for_the_sentence_that_says_that_there_is_more() {
    let (ten, fifteen, sixteen) = (sentence(10), sentence(15), sentence(16));
    let (said, rest) = heard(Listener::Driver, &[(&ten, Part::Answer), (&fifteen, Part::Answer)]);
    assert_eq!((said.len(), rest), (2, None));
    let parts = [(ten.as_str(), Part::Answer), (sixteen.as_str(), Part::Answer), ("Yes.", Part::Answer)];
    let (said, rest) = heard(Listener::Driver, &parts);
    assert_eq!((said, rest), (vec![ten], Some(Rest::Part)), "nothing is said behind a gap");
}

#[test]
fn the_first_sentence_of_the_answer_is_said_even_when_it_is_long() {
    assert_eq!(heard(Listener::Driver, &[(&sentence(75), Part::Answer)]).1, None);
    assert_eq!(heard(Listener::Driver, &[(&sentence(76), Part::Answer)]), (vec![], Some(Rest::All)));
    let after_a_remark = [(sentence(25), Part::Remark), (sentence(30), Part::Answer), (sentence(1), Part::Answer)];
    let parts: Vec<_> = after_a_remark.iter().map(|(text, part)| (text.as_str(), *part)).collect();
    let (said, rest) = heard(Listener::Driver, &parts);
    assert_eq!((said.len(), rest), (2, Some(Rest::Part)));
    assert_eq!(heard(Listener::Driver, &[(&sentence(26), Part::Remark)]), (vec![], Some(Rest::All)));
}

#[test]
fn three_short_sentences_are_enough_for_a_driver_and_eight_for_who_is_parked() {
    for (listener, most) in [(Listener::Driver, 3), (Listener::Parked, 8)] {
        let (said, rest) = heard(listener, &[("Yes.", Part::Answer); 9]);
        assert_eq!((said.len(), rest), (most, Some(Rest::Part)));
    }
    assert_eq!(heard(Listener::Reader, &[("Yes.", Part::Answer); 9]), (vec!["Yes.".to_owned(); 9], None));
}

#[test]
fn a_driver_hears_only_the_steps_that_bring_the_car_to_rest() {
    let steps =
        |listener, steps: &[&str]| heard(listener, &steps.iter().map(|step| (*step, Part::Answer)).collect::<Vec<_>>());
    let misfire = ["1. Take the foot off the accelerator at once.", "2. Stop at a safe place.", "3. Switch it off."];
    let (said, rest) = steps(Listener::Driver, &misfire);
    assert_eq!(said, ["Take the foot off the accelerator at once.", "Stop at a safe place."]);
    assert_eq!(rest, Some(Rest::Part));
    let filter = ["1. Open the glovebox.", "2. Stop at the clip.", "Then close it."];
    assert_eq!(steps(Listener::Driver, &filter), (vec![], Some(Rest::All)), "none behind one that was left out");
    assert_eq!(steps(Listener::Parked, &misfire).0, misfire);
}

#[test]
fn what_leads_to_a_list_counts_with_its_first_step() {
    let (lead, after) = (format!("{}:", vec!["word"; 23].join(" ")), sentence(1));
    let parts = [(lead.as_str(), Part::Answer), ("1. Stop at once.", Part::Answer), (after.as_str(), Part::Answer)];
    assert_eq!(heard(Listener::Driver, &parts), (vec!["Stop at once.".to_owned()], Some(Rest::Part)));
}

#[test]
fn a_driver_is_told_to_stop_whatever_was_said_before() {
    let long = sentence(60);
    for stop in ["1. Stop at once where it is safe.", "Stop at once, and do not drive on."] {
        let parts = [
            (long.as_str(), Part::Answer),
            ("Yes.", Part::Answer),
            (stop, Part::Answer),
            ("Stop at it.", Part::Answer),
        ];
        let told = stop.trim_start_matches("1. ").to_owned();
        assert_eq!(heard(Listener::Driver, &parts), (vec![long.clone(), told], Some(Rest::Part)), "once is enough");
    }
}

#[test]
fn digits_take_their_time() {
    for (text, words) in [("Call +44 1632 960100.", 13), ("It is 2.5 bar.", 5), ("P0301", 5), ("", 0), ("– … !", 0)]
    {
        assert_eq!(spoken_words(text), words, "{text:?}");
    }
}

#[test]
fn the_table_of_steps_that_stop_the_car_is_read() {
    assert!(WAYS_TO_STOP.stop.len() >= 8);
    assert!(stops_the_car("Stop at once where it is safe.") && stops_the_car("Take the foot off the accelerator."));
    assert!(!stops_the_car("Stop the session in the app.") && !stops_the_car("Switch the Corran off."));
}
