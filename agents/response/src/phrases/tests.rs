//! The words of the house read well and are filled in.

use contract::CaseId;
use language::sentences::sentences;

use super::*;
use crate::listening::{WORDS_FOR_THE_REST, spoken_words};

#[test]
fn fills_in_the_name_or_does_without() {
    let phrases = Phrases::shipped().unwrap();
    assert!(phrases.apology(Tone::Friendly, "Ada").contains("Ada"));
    for tone in [Tone::Friendly, Tone::Professional, Tone::Concise] {
        let text = phrases.scripted("greeting", tone, "").unwrap();
        assert!(!text.contains('{') && !text.contains(" ,") && !text.contains(" !"), "{text}");
    }
}

#[test]
fn a_name_is_data_not_a_template() {
    let text = Phrases::shipped().unwrap().apology(Tone::Friendly, "{{ 1 + 1 }}");
    assert!(text.contains("{{ 1 + 1 }}"), "{text}");
}

#[test]
fn what_is_left_out_is_said_in_one_short_sentence() {
    let phrases = Phrases::shipped().unwrap();
    for (listener, rest) in
        [Listener::Driver, Listener::Parked].into_iter().flat_map(|who| [(who, Rest::Part), (who, Rest::All)])
    {
        let words = phrases.left_out(listener, rest).unwrap();
        assert!(spoken_words(words) <= WORDS_FOR_THE_REST, "{words}");
        assert_eq!(sentences(words).len(), 1, "{words}");
    }
    assert_eq!(phrases.left_out(Listener::Reader, Rest::Part), None);
}

#[test]
fn only_scripted_intents_have_a_script() {
    let phrases = Phrases::shipped().unwrap();
    assert!(phrases.scripted("tyre_pressure", Tone::Concise, "").is_none());
    assert!(phrases.missing("knowledge").is_some() && phrases.missing("intent").is_none());
}

fn waits(position: Option<u32>, wait_minutes: Option<u32>, opens: Option<&str>) -> String {
    let case = CaseId::of(&contract::TurnId::new("t").unwrap());
    let handoff = finding::Handoff {
        case,
        queue: "care".into(),
        held_by: None,
        position,
        wait_minutes,
        opens: opens.map(str::to_owned),
    };
    Phrases::shipped().unwrap().passed_on(&handoff)
}

#[test]
fn the_queue_of_people_is_told_in_words() {
    assert!(waits(Some(1), Some(1), None).ends_with("you are next, in about 1 minute."));
    assert!(waits(Some(3), Some(12), None).ends_with("you are number 3 in the queue, which takes about 12 minutes."));
    assert!(waits(Some(2), None, None).ends_with("you are number 2 in the queue."));
    let closed = waits(Some(2), None, Some("on Monday at 8:00"));
    assert!(closed.contains("there again on Monday at 8:00. If you would rather be called back"), "{closed}");
    assert!(waits(None, None, None).ends_with("a person will answer you here."));
}

#[test]
fn a_question_is_asked_in_the_tone_of_the_reply() {
    let phrases = Phrases::shipped().unwrap();
    assert_eq!(phrases.question(Tone::Friendly, "book a service", false), "Shall I book a service?");
    assert_eq!(phrases.question(Tone::Professional, "{{ 1 }}", false), "May I {{ 1 }}?", "words are data");
    assert!(phrases.question(Tone::Concise, "book a service", true).contains("again"));
    for remark in [Remark::Declined, Remark::Unclear, Remark::Lapsed, Remark::NotDone, Remark::NotChanged] {
        assert!(!phrases.answered(remark, Tone::Concise, "").is_empty());
    }
}
