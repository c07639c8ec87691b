//! What is read of answers: a labelled set, and the few cases that depend on more than the words.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use contract::testing::{customer, errand, turn};
use contract::{ActionId, ActionState, Exchange, Turn};
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

use super::*;
use crate::IntentAgent;

#[derive(Deserialize)]
struct Row {
    text: String,
    label: String,
    proposal: String,
}

fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/eval/answers.jsonl");
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn received() -> Timestamp {
    turn("t", "s", &customer("ada"), "").received
}

fn action(number: usize, agent: &str, summary: &str) -> Action {
    Action {
        id: ActionId::of(&turn("before", "s", &customer("ada"), "").id, agent, number),
        agent: agent.into(),
        kind: "something".into(),
        parameters: BTreeMap::new(),
        summary: summary.into(),
        expires: received() + 10.minutes(),
        state: ActionState::Proposed,
    }
}

fn proposal(name: &str) -> Vec<Action> {
    let booking = "Book a service for your 2025 Veldra Lumen at Veldra Centre Leeds on Tuesday 8 December at 9:00.";
    let climate = "Set the cabin temperature to 21 degrees.";
    match name {
        "booking" => vec![action(0, "servicing", booking)],
        "climate" => vec![action(0, "cockpit", climate)],
        "cancel" => vec![action(0, "servicing", "Cancel your appointment SV-7K2M9Q at Veldra Centre Leeds.")],
        "window" => vec![action(0, "cockpit", "Open the driver's window.")],
        "off" => vec![action(0, "cockpit", "Turn the seat heating off.")],
        "two" => vec![action(0, "servicing", booking), action(1, "cockpit", climate)],
        other => panic!("{other}"),
    }
}

fn context(said: Turn, actions: Vec<Action>) -> TurnContext {
    TurnContext {
        turn: Arc::new(said),
        history: [Exchange { actions, ..Exchange::of("…", "…") }].into(),
        reports: Arc::default(),
        held_by: None,
        sink: Arc::new(contract::testing::RecordingSink::default()),
        errand: errand(),
    }
}

fn verdict(agent: &IntentAgent, said: Turn, actions: Vec<Action>) -> Option<Verdict> {
    let intent = agent.read(&said.text);
    agent.answers.verdict(&context(said, actions), &intent)
}

fn says(text: &str) -> Turn {
    turn("now", "s", &customer("ada"), text)
}

fn label(verdict: Option<&Verdict>) -> &'static str {
    match verdict.map(|verdict| verdict.consent) {
        None => "other",
        Some(Consent::Yes) => "yes",
        Some(Consent::No) => "no",
        Some(Consent::Change) => "change",
        Some(Consent::Unclear) => "unclear",
    }
}

#[test]
fn doubt_is_never_a_yes_and_answers_are_read_well() {
    let agent = IntentAgent::new().unwrap();
    let rows = rows();
    assert!(rows.len() >= 200, "{}", rows.len());
    let mut right: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for Row { text, label: expected, proposal: name } in &rows {
        let found = verdict(&agent, says(text), proposal(name));
        let found = label(found.as_ref());
        let (hits, all) = right.entry(expected).or_default();
        *all += 1;
        *hits += usize::from(found == expected);
        if found != expected {
            let intent = agent.read(text);
            wrong.push(format!(
                "{expected} read as {found}: {text:?} ({name}; {} {:.2})",
                intent.label, intent.confidence
            ));
        }
        assert!(found != "yes" || expected == "yes", "a doubtful answer was read as a yes: {text:?}");
    }
    println!("{right:?}\n{}", wrong.join("\n"));
    for (label, (hits, all)) in right {
        assert!(hits * 100 >= all * 90, "{label}: {hits} of {all}\n{}", wrong.join("\n"));
    }
}

#[test]
fn a_yes_may_name_which_of_two() {
    let agent = IntentAgent::new().unwrap();
    for (text, agreed) in
        [("yes", 2), ("yes, set the temperature", 1), ("yes, book the service in Leeds", 1), ("yes, the window", 2)]
    {
        let found = verdict(&agent, says(text), proposal("two")).unwrap();
        let all = found.consent == Consent::Yes;
        assert!(if text.contains("window") { !all } else { all && found.actions.len() == agreed }, "{text}: {found:?}");
    }
}

#[test]
fn without_a_proposal_that_is_open_words_are_no_answer() {
    let agent = IntentAgent::new().unwrap();
    assert_eq!(verdict(&agent, says("yes"), Vec::new()), None);
    let [booking] = proposal("booking").try_into().unwrap();
    let late = Turn { received: booking.expires + 1.second(), ..says("yes") };
    assert_eq!(verdict(&agent, late, vec![booking.clone()]), None);
    assert_eq!(verdict(&agent, says("yes"), vec![booking.now(ActionState::Declined)]), None);
}

#[test]
fn a_button_decides_on_its_own_proposal_while_that_is_open() {
    let agent = IntentAgent::new().unwrap();
    let two = proposal("two");
    let press = |action: &Action, accepted, known: &[Action], received| {
        let decision = Some(Decision { action: action.id.clone(), accepted });
        // Whatever the words say, the button counts.
        verdict(&agent, Turn { decision, received, ..says("no, yes, maybe") }, known.to_vec()).unwrap()
    };
    let found = press(&two[1], true, &two, received());
    assert_eq!((found.consent, found.actions), (Consent::Yes, vec![two[1].clone()]));
    let found = press(&two[0], false, &two, received());
    assert_eq!((found.consent, found.actions), (Consent::No, vec![two[0].clone()]));
    let nothing = Verdict { consent: Consent::Unclear, actions: Vec::new() };
    assert_eq!(press(&two[0], true, &two, two[0].expires + 1.second()), nothing, "expired");
    assert_eq!(press(&two[0], true, &[two[0].now(ActionState::Declined)], received()), nothing, "settled");
    assert_eq!(press(&action(7, "servicing", "Unknown."), true, &two, received()), nothing, "unknown");
}

#[test]
fn whatever_is_said_is_read_without_a_fall() {
    let answers = Answers::shipped().unwrap();
    let agent = IntentAgent::new().unwrap();
    for text in ["", "?", "'", "…", "\u{FE0F}", "9", ":", "am", "yes\u{0}", &"yes ".repeat(500), &"9:".repeat(900)] {
        let actions = proposal("booking");
        let found = answers.verdict(&context(says(text), actions), &agent.read(text));
        assert_ne!(label(found.as_ref()), "yes", "{text:?}");
    }
}

#[test]
fn a_yes_with_any_word_of_doubt_or_refusal_is_none() {
    let agent = IntentAgent::new().unwrap();
    let mut wrong = Vec::new();
    for mark in [Mark::No, Mark::Not, Mark::Doubt, Mark::Change, Mark::Wish] {
        for phrase in agent.answers.lexicon.phrases_of(mark) {
            for text in
                [format!("yes {phrase}"), format!("{phrase}, yes"), format!("ok, {phrase} do it"), phrase.clone()]
            {
                for name in ["booking", "climate", "window"] {
                    let found = verdict(&agent, says(&text), proposal(name));
                    if label(found.as_ref()) == "yes" {
                        wrong.push(format!("{text} ({name})"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn another_value_than_the_proposed_one_is_no_yes() {
    let agent = IntentAgent::new().unwrap();
    let hours = (1..=12).filter(|hour| *hour != 9).map(|hour| format!("at {hour}"));
    let days = ["Monday", "Wednesday", "Thursday", "Friday", "the 9th", "9 pm", "tomorrow", "nine in the evening"];
    for other in hours.chain(days.map(str::to_owned)) {
        for text in [format!("yes {other}"), format!("{other} is fine"), format!("ok, book it, {other}")] {
            let found = verdict(&agent, says(&text), proposal("booking"));
            assert_eq!(label(found.as_ref()), "change", "{text}");
        }
    }
}
