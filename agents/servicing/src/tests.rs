//! Conversations with the agent alone, over the demonstration's service desk in memory, on Monday 2 November 2026 at 9:00.

use std::sync::Arc;

use backoffice::ServiceDesk;
use backoffice::service_desk::{Order, Slot, Work};
use contract::finding::{Intent, Urgency};
use contract::ports::Customers;
use contract::testing::{ManualClock, RecordingSink, access, customer, errand, reported, turn};
use contract::{Action, ActionId, ActionState, Caller, Consent, Finding, TurnContext, Verdict, Vin};
use local::{Database, SqliteCustomers, SqliteServiceDesk};

use super::*;

mod facts;

/// The agent, and what it works with.
struct Room {
    agent: ServicingAgent,
    desk: Arc<dyn ServiceDesk>,
    customers: SqliteCustomers,
    turns: std::cell::Cell<usize>,
}

/// What it found.
struct Heard {
    said: String,
    closes: bool,
    actions: Vec<Action>,
}

impl Room {
    async fn open() -> Self {
        let database = Database::in_memory().unwrap();
        let customers = SqliteCustomers::new(database.clone());
        customers.seed(SqliteCustomers::demonstration().unwrap()).await.unwrap();
        let desk: Arc<dyn ServiceDesk> = Arc::new(SqliteServiceDesk::new(database, Arc::new(ManualClock::default())));
        Self { agent: ServicingAgent::new(desk.clone()).unwrap(), desk, customers, turns: 0.into() }
    }

    async fn context(&self, who: &str, intent: &str, text: &str, verdict: Option<Verdict>) -> TurnContext {
        self.turns.set(self.turns.get() + 1);
        let caller = if who.is_empty() { Caller::Anonymous } else { customer(who) };
        let mut findings = vec![Finding::Intent(Intent {
            label: intent.into(),
            confidence: 0.9,
            alternatives: Vec::new(),
            urgency: Urgency::Routine,
            agents: vec![NAME.into()],
        })];
        if !who.is_empty() {
            findings.push(Finding::Profile(self.customers.profile(&access(who)).await.unwrap()));
        }
        findings.extend(verdict.map(Finding::Verdict));
        TurnContext {
            turn: Arc::new(turn(&format!("turn-{}", self.turns.get()), "session", &caller, text)),
            history: Arc::from([]),
            reports: Arc::new(vec![reported(findings)]),
            held_by: None,
            sink: Arc::new(RecordingSink::default()),
            errand: errand(),
        }
    }

    async fn ask(&self, who: &str, intent: &str, text: &str) -> Heard {
        hear(self.agent.run(&self.context(who, intent, text, None).await).await.unwrap())
    }

    async fn answer(&self, who: &str, consent: Consent, text: &str, before: &Heard) -> Heard {
        let verdict = Verdict { consent, actions: before.actions.clone() };
        hear(self.agent.run(&self.context(who, "out_of_scope", text, Some(verdict)).await).await.unwrap())
    }

    async fn book(&self, who: &str, vin: &str, dealer: &str, at: &str) -> String {
        let order = Order {
            slot: Slot { dealer: dealer.into(), at: at.parse().unwrap() },
            vin: Vin::new(vin).unwrap(),
            work: Work::Service,
            note: String::new(),
        };
        let action = ActionId::new(format!("{who}-{dealer}-{}", at.replace(':', "-"))).unwrap();
        self.desk.book(&access(who), &order, &action).await.unwrap().number
    }
}

fn hear(answer: Answer) -> Heard {
    let mut heard = Heard { said: String::new(), closes: false, actions: Vec::new() };
    for finding in answer.findings {
        match finding {
            Finding::Statement(statement) => {
                heard.said.push_str(&statement.text);
                heard.closes |= statement.closes;
            }
            Finding::Action(action) => heard.actions.push(action),
            other => panic!("{other:?}"),
        }
    }
    heard
}

impl Heard {
    fn summary(&self) -> &str {
        assert_eq!(self.actions.last().map(|action| &action.state), Some(&ActionState::Proposed), "{}", self.said);
        &self.actions.last().unwrap().summary
    }

    fn outcome(&self) -> &str {
        match &self.actions[0].state {
            ActionState::CarriedOut { outcome } => outcome,
            ActionState::Failed { reason } => reason,
            other => panic!("{other:?}"),
        }
    }
}

const ADA: &str = "VDRLE52K1SA000117";

#[tokio::test]
async fn a_booking_is_proposed_with_alternatives_and_made_by_a_yes_only() {
    let room = Room::open().await;
    let proposed = room.ask("ada", "service_booking", "Book a service on 8 December at 9").await;
    let expected = "Book a service for your 2025 Veldra Lumen at Veldra Centre Leeds on Tuesday 8 December at 9:00.";
    assert_eq!(proposed.summary(), expected);
    assert_eq!(
        proposed.said,
        "Free times: Tuesday 8 December at 9:00, Tuesday 8 December at 11:00 and Wednesday 9 December at 9:00."
    );
    assert!(room.desk.appointments(&access("ada")).await.unwrap().is_empty());
    let action = &proposed.actions[0];
    assert_eq!((action.kind.as_str(), action.agent.as_str()), ("book_appointment", NAME));
    assert_eq!(action.expires.to_string(), "2026-11-02T09:10:00Z");

    let done = room.answer("ada", Consent::Yes, "yes please", &proposed).await;
    let booked = room.desk.appointments(&access("ada")).await.unwrap();
    assert_eq!(booked.len(), 1);
    let expected = format!(
        "The service at Veldra Centre Leeds on Tuesday 8 December at 9:00 is booked for your 2025 Veldra Lumen; \
         your case number is {}.",
        booked[0].number
    );
    assert_eq!(done.outcome(), expected);
    let again = room.answer("ada", Consent::Yes, "yes please", &proposed).await;
    assert_eq!(again.outcome(), expected);
    assert_eq!(room.desk.appointments(&access("ada")).await.unwrap(), booked);
}

#[tokio::test]
async fn a_change_of_mind_proposes_anew_from_what_was_proposed() {
    let room = Room::open().await;
    let first = room.ask("ada", "service_booking", "Book a service on 8 December at 9").await;
    let cases = [
        ("rather at 2 pm", "at Veldra Centre Leeds on Tuesday 8 December at 14:00."),
        ("no, on Thursday 10 December", "at Veldra Centre Leeds on Thursday 10 December at 9:00."),
        ("in Bristol please", "at Veldra Centre Bristol on Tuesday 8 December at 9:00."),
        ("another day", "at Veldra Centre Leeds on Wednesday 9 December at 9:00."),
        ("a bit later", "at Veldra Centre Leeds on Tuesday 8 December at 10:00."),
    ];
    for (text, expected) in cases {
        let second = room.answer("ada", Consent::Change, text, &first).await;
        assert!(second.summary().ends_with(expected), "{text}: {}", second.summary());
        assert_ne!(second.actions[0].id, first.actions[0].id);
    }
    let tyres = room.answer("ada", Consent::Change, "make that a wheel change", &first).await;
    assert!(tyres.summary().starts_with("Book a wheel and tyre appointment"), "{}", tyres.summary());
    let unclear = room.answer("ada", Consent::Unclear, "hm", &first).await;
    assert_eq!(unclear.actions, first.actions);
    let no = room.answer("ada", Consent::No, "no", &first).await;
    assert!(no.actions.is_empty() && no.said.is_empty());
}

#[tokio::test]
async fn a_slot_that_is_gone_is_said_and_another_one_proposed() {
    let room = Room::open().await;
    let proposed = room.ask("ada", "service_booking", "a service in Norwich on 8 December at 9").await;
    room.book("ben", "VDRCE52K6NA000134", "norwich", "2026-12-08T09:00").await;
    let failed = room.answer("ada", Consent::Yes, "yes", &proposed).await;
    assert_eq!(failed.outcome(), "The slot at Veldra Centre Norwich on Tuesday 8 December at 9:00 is no longer free.");
    assert!(failed.summary().ends_with("Norwich on Tuesday 8 December at 10:00."), "{}", failed.summary());
    let done =
        room.answer("ada", Consent::Yes, "yes", &Heard { actions: vec![failed.actions[1].clone()], ..failed }).await;
    assert!(done.outcome().contains("is booked"), "{}", done.outcome());
}

#[tokio::test]
async fn what_is_not_as_wished_is_said() {
    let room = Room::open().await;
    let sunday = room.ask("ada", "service_booking", "on 6 December").await;
    assert!(
        sunday.said.starts_with("Veldra Centre Leeds has nothing free then on Sunday 6 December."),
        "{}",
        sunday.said
    );
    assert!(sunday.summary().contains("Monday 7 December"), "{}", sunday.summary());
    let past = room.ask("ada", "service_booking", "on 2026-10-01").await;
    assert!(past.said.contains("is past"), "{}", past.said);
    let town = room.ask("ada", "service_booking", "book a service in Sheffield").await;
    assert!(town.said.starts_with("I can book no Veldra Centre in Sheffield; the nearest is"), "{}", town.said);
}

#[tokio::test]
async fn appointments_are_moved_and_cancelled_by_a_yes() {
    let room = Room::open().await;
    let none = room.ask("ada", "service_change", "cancel my appointment").await;
    assert!(none.said.contains("no appointment") && none.actions.is_empty(), "{}", none.said);
    let number = room.book("ada", ADA, "leeds", "2026-12-08T09:00").await;
    let shown = room.ask("ada", "service_change", "when is my appointment").await;
    assert!(shown.said.contains("Tuesday 8 December at 9:00") && shown.said.contains(&number), "{}", shown.said);

    let moving = room.ask("ada", "service_change", "move my appointment to 10 December at 11").await;
    let expected = "Move the service for your 2025 Veldra Lumen from Tuesday 8 December at 9:00 to \
                    Thursday 10 December at 11:00.";
    assert_eq!(moving.summary(), expected);
    let moved = room.answer("ada", Consent::Yes, "yes", &moving).await;
    assert!(moved.outcome().contains("Thursday 10 December at 11:00 is booked instead"), "{}", moved.outcome());
    let status = room.ask("ada", "service_status", &format!("what about case {number}?")).await;
    assert!(status.said.contains("Thursday 10 December at 11:00 is booked."), "{}", status.said);

    let cancelling = room.ask("ada", "service_change", "please cancel it").await;
    assert!(cancelling.summary().starts_with("Cancel the service at Veldra Centre Leeds"), "{}", cancelling.summary());
    let cancelled = room.answer("ada", Consent::Yes, "yes", &cancelling).await;
    assert!(cancelled.outcome().contains("is cancelled"), "{}", cancelled.outcome());
    assert!(room.desk.appointments(&access("ada")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_move_that_is_changed_after_its_appointment_is_gone_says_so() {
    let room = Room::open().await;
    let number = room.book("ada", ADA, "leeds", "2026-12-08T09:00").await;
    let mut moving = room.ask("ada", "service_change", "move my appointment to 10 December at 11").await;
    let cancelled = room.desk.cancel(&access("ada"), &number, &ActionId::new("elsewhere").unwrap()).await;
    cancelled.unwrap();
    for gone in [number, "SV-000000".into()] {
        moving.actions[0].parameters.insert("appointment".into(), gone);
        let heard = room.answer("ada", Consent::Change, "rather at 2 pm", &moving).await;
        assert!(heard.said.contains("cancelled or past") && heard.actions.is_empty(), "{}", heard.said);
    }
}

#[tokio::test]
async fn of_several_appointments_the_named_one_is_meant_and_otherwise_it_is_asked() {
    let room = Room::open().await;
    room.book("emma", "VDRLE52K7SA000185", "birmingham", "2026-12-08T09:00").await;
    room.book("emma", "VDRCE52KXMA000202", "leeds", "2026-12-11T14:00").await;
    let unclear = room.ask("emma", "service_change", "cancel my appointment").await;
    assert!(unclear.said.contains("Which one do you mean?") && unclear.actions.is_empty(), "{}", unclear.said);
    for text in ["cancel the one for the Corran", "cancel the appointment in Leeds", "cancel my booking on 11 December"]
    {
        let meant = room.ask("emma", "service_change", text).await;
        assert!(meant.summary().contains("Friday 11 December at 14:00"), "{text}: {}", meant.summary());
    }
    let moving = room.ask("emma", "service_change", "move my appointment on 11 December to 14 December").await;
    assert!(
        moving.summary().ends_with("from Friday 11 December at 14:00 to Monday 14 December at 14:00."),
        "{}",
        moving.summary()
    );
}

#[tokio::test]
async fn the_rules_of_the_house_are_kept() {
    let room = Room::open().await;
    room.book("ada", ADA, "leeds", "2026-11-02T14:00").await;
    let moving = room.ask("ada", "service_change", "move my appointment to Friday").await;
    assert!(moving.said.contains("by phone only: +44 1632 960200") && moving.actions.is_empty(), "{}", moving.said);
    let cancelling = room.ask("ada", "service_change", "cancel my appointment").await;
    assert!(cancelling.said.contains("costs nothing the first time"), "{}", cancelling.said);
    cancelling.summary();
}

#[tokio::test]
async fn visitors_are_told_to_sign_in_and_everything_else_is_left_to_others() {
    let room = Room::open().await;
    let visitor = room.ask("", "service_booking", "book a service").await;
    assert!(visitor.said.contains("sign in") && !visitor.closes && visitor.actions.is_empty());
    for (who, intent, text) in
        [("", "recall", "do I have to pay for a recall"), ("ada", "infotainment", "pair my phone")]
    {
        let heard = room.ask(who, intent, text).await;
        assert!(heard.said.is_empty() && heard.actions.is_empty(), "{text}: {}", heard.said);
    }
}
