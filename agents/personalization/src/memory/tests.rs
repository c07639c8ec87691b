//! What a turn leaves behind, and what of it a later conversation is told.

use contract::finding::{Handoff, Hazard, Polarity, Urgency};
use contract::testing::{customer, record, turn};
use contract::{Action, ActionId, AgentReport, CaseId, Outcome, Stage, TurnId, Vin};

use super::*;

fn remembrance() -> Remembrance {
    Remembrance::shipped().unwrap()
}

fn said(text: &str, findings: Vec<Finding>) -> TurnRecord {
    let mut closed = record(&turn("t", "first", &customer("ada"), text), "Fine.");
    closed.closed = "2026-11-28T10:00:00Z".parse().unwrap();
    closed.reports = vec![AgentReport {
        agent: "some".into(),
        stage: Stage::Act,
        outcome: Outcome::Answered,
        findings,
        started_ms: 0.0,
        took_ms: 0.0,
        usage: contract::Usage::default(),
        calls: Vec::new(),
    }];
    closed
}

fn action(agent: &str, state: ActionState) -> Finding {
    Finding::Action(Action {
        id: ActionId::of(&TurnId::new("t").unwrap(), agent, 0),
        agent: agent.into(),
        kind: "book".into(),
        parameters: Default::default(),
        summary: "Book a service at Veldra Centre Leeds.".into(),
        expires: Timestamp::MAX,
        state,
    })
}

fn handoff(case: &str) -> Finding {
    Finding::Handoff(Handoff {
        case: CaseId::new(case).unwrap(),
        queue: "care".into(),
        held_by: None,
        position: Some(1),
        wait_minutes: None,
        opens: None,
    })
}

fn left(record: &TurnRecord, history: &[Exchange]) -> Vec<(MemoryKind, String)> {
    remembrance().of(record, history).into_iter().map(|memory| (memory.kind, memory.text)).collect()
}

#[test]
fn what_was_done_and_what_was_not_is_remembered_with_its_day() {
    let done = ActionState::CarriedOut { outcome: "A service was booked in Leeds for 8 December.".into() };
    let failed = ActionState::Failed { reason: "The slot was taken.".into() };
    let findings = vec![
        action("servicing", done.clone()),
        action("servicing-2", failed),
        action("servicing-3", ActionState::Proposed),
        action("servicing-4", ActionState::Declined),
        action("cockpit", done),
    ];
    let expected = [
        (MemoryKind::Resolved, "On 28 November 2026: A service was booked in Leeds for 8 December.".to_owned()),
        (
            MemoryKind::Open,
            "On 28 November 2026 this could not be done: Book a service at Veldra Centre Leeds. The slot was taken."
                .to_owned(),
        ),
    ];
    assert_eq!(left(&said("yes", findings), &[]), expected);
}

#[test]
fn a_case_is_remembered_when_it_is_opened_and_when_it_is_settled() {
    let closed = said("I want a person", vec![handoff("C-1")]);
    let opened = "On 28 November 2026 a colleague was asked to take your matter over.".to_owned();
    assert_eq!(left(&closed, &[]), [(MemoryKind::Open, opened)]);
    let before = Exchange { case: Some(CaseId::new("C-1").unwrap()), ..Exchange::of("I want a person", "Sure.") };
    assert_eq!(left(&closed, &[before]), []);
    let settled = remembrance().settled(&closed.turn.session, closed.closed, "Refunded twice billed session.");
    assert_eq!(settled.text, "On 28 November 2026 a colleague settled your matter: Refunded twice billed session.");
    assert_eq!(settled.kind, MemoryKind::Resolved);
}

#[test]
fn preferences_are_taken_from_the_customer_only_and_never_amid_danger() {
    let text = "I prefer appointments in the morning.";
    let kept = "On 28 November 2026 you said: “I prefer appointments in the morning.”".to_owned();
    assert_eq!(left(&said(text, Vec::new()), &[]), [(MemoryKind::Preference, kept)]);

    let mut visitor = said(text, Vec::new());
    visitor.turn.caller = Caller::Anonymous;
    let mut car = said(text, Vec::new());
    car.turn.caller = Caller::Vehicle {
        customer: contract::CustomerId::new("ada").unwrap(),
        vin: Some(Vin::new("VDRLE52K1SA000117").unwrap()),
    };
    let hazard = || vec![Hazard { name: "brakes".into(), evidence: "no brakes".into() }];
    let felt = |hazards, earlier_hazards| {
        Finding::Sentiment(Sentiment {
            polarity: Polarity::Neutral,
            score: 0.0,
            intensity: 0.0,
            urgency: Urgency::Routine,
            hazards,
            earlier_hazards,
        })
    };
    let in_danger = said(text, vec![felt(hazard(), Vec::new())]);
    let still = said(text, vec![felt(Vec::new(), hazard())]);
    for closed in [visitor, car, in_danger, still] {
        assert_eq!(left(&closed, &[]), [], "{:?}", closed.turn.caller);
    }
}

#[test]
fn a_turn_like_most_leaves_nothing() {
    assert_eq!(left(&said("What tyre pressure does my car need?", Vec::new()), &[]), []);
}

#[test]
fn another_conversation_is_told_and_this_one_is_not_told_again() {
    let memory = |session: &str, kind, text: &str| Memory {
        session: SessionId::new(session).unwrap(),
        at: Timestamp::UNIX_EPOCH,
        kind,
        text: text.into(),
    };
    let mut memories = vec![
        memory("here", MemoryKind::Resolved, "Here."),
        memory("here", MemoryKind::Preference, "Liked."),
        memory("first", MemoryKind::Resolved, "There."),
    ];
    let here = SessionId::new("here").unwrap();
    let told = remembrance().facts(&memories, &here);
    assert_eq!(told.iter().map(|fact| fact.text.as_str()).collect::<Vec<_>>(), ["Liked.", "There."]);
    assert!(told.iter().all(|fact| fact.source == SOURCE));

    let asked = |text: &str, memories: &[Memory]| remembrance().recall(text, memories, &here);
    let answer = asked("So, what did we agree last time?", &memories).unwrap();
    assert!(answer.text.starts_with("Liked. There. ") && answer.closes, "{answer:?}");
    assert_eq!(answer.source.as_deref(), Some(SOURCE));
    assert_eq!(asked("What tyre pressure did we agree on?", &memories), None);
    let nothing = asked("What do you remember?", &[]).unwrap();
    assert_eq!((nothing.source, nothing.closes), (None, true));
    memories.extend((0..30).map(|n| memory("old", MemoryKind::Resolved, &n.to_string())));
    assert_eq!(remembrance().facts(&memories, &here).len(), 5);
}
