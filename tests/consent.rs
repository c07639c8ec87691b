//! Nothing is done without a plain yes, and what is agreed to is done once: a whole conversation with an agent that counts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use contract::action::proposed;
use contract::finding::Statement;
use contract::ports::{Clock, Fingerprint};
use contract::testing::{customer, turn};
use contract::{
    Action, ActionId, ActionState, Agent, Answer, Card, Consent, Decision, Error, ErrorKind, Finding, IdempotencyKey,
    Result, Stage, Turn, TurnContext, TurnRecord,
};
use jiff::ToSpan;
use local::{Database, SqliteConversations};
use supervisor::event::Nobody;
use supervisor::roster::Roster;
use supervisor::turn::{Request, Supervisor};

use crate::faults::supervisor;
use crate::house::{TestClock, tools};

const NAME: &str = "cockpit";

/// Stands in for the agent that sets the heating: proposes what is asked for, and counts what it is told to carry out.
#[derive(Default)]
struct Heating {
    /// How often each action was asked for, and whether it took effect: once.
    asked: Mutex<BTreeMap<ActionId, usize>>,
    unreachable: AtomicBool,
}

#[async_trait]
impl Agent for Heating {
    fn card(&self) -> Card {
        Card { name: NAME, purpose: "heats", stage: Stage::Act, budget: Duration::from_secs(1) }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        if self.unreachable.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Unavailable, "planted"));
        }
        let done = context.agreed(NAME).map(|action| {
            *self.asked.lock().unwrap().entry(action.id.clone()).or_default() += 1;
            let outcome = format!("The cabin is set to {} degrees.", action.parameters["degrees"]);
            Finding::Action(action.now(ActionState::CarriedOut { outcome }))
        });
        let done: Vec<Finding> = done.collect();
        let verdict = context.verdict().map(|verdict| verdict.consent);
        Ok(match verdict {
            Some(Consent::Yes) => done.into_iter().collect(),
            Some(Consent::Unclear) => {
                proposed(&context.history, context.turn.received).cloned().map(Finding::Action).collect()
            }
            _ if context.turn.text.contains("warmer") => {
                let text = "To how many degrees?".into();
                Answer::of(Finding::Statement(Statement { text, source: None, closes: true }))
            }
            _ => wish(&context.turn).map(Finding::Action).into_iter().collect(),
        })
    }
}

/// What the customer wants the heating set to.
fn wish(turn: &Turn) -> Option<Action> {
    let degrees = turn.text.split(|sign: char| !sign.is_ascii_digit()).find(|word| word.len() == 2)?;
    Some(Action {
        id: ActionId::of(&turn.id, NAME, 0),
        agent: NAME.into(),
        kind: "set_temperature".into(),
        parameters: [("degrees".into(), degrees.into())].into(),
        summary: format!("Set the cabin temperature to {degrees} degrees."),
        expires: turn.received + 10.minutes(),
        state: ActionState::Proposed,
    })
}

/// One conversation with the whole product, the heating being the stand-in's.
struct Talk {
    supervisor: Supervisor,
    clock: Arc<TestClock>,
    heating: Arc<Heating>,
    said: Mutex<usize>,
}

impl Talk {
    fn begin() -> Self {
        let clock = Arc::new(TestClock(tokio::time::Instant::now()));
        let store = Arc::new(SqliteConversations::new(Database::in_memory().unwrap(), clock.clone()));
        let heating = Arc::new(Heating::default());
        let agents = Roster::hire(&tools()).unwrap().into_agents().into_iter();
        let agents = agents.map(|agent| if agent.card().name == NAME { heating.clone() } else { agent });
        let roster = Roster::of(agents.collect()).unwrap();
        Self { supervisor: supervisor(roster, store, clock.clone()), clock, heating, said: Mutex::new(0) }
    }

    async fn say(&self, text: &str) -> TurnRecord {
        self.press(text, None).await
    }

    async fn press(&self, text: &str, decision: Option<Decision>) -> TurnRecord {
        let id = {
            let mut said = self.said.lock().unwrap();
            *said += 1;
            format!("turn-{said}")
        };
        let turn = Turn { received: self.clock.now(), decision, ..turn(&id, "talk", &customer("ada"), text) };
        let request = Request { turn, key: IdempotencyKey::new(&id).unwrap(), fingerprint: Fingerprint(id.clone()) };
        self.supervisor.take(request, Arc::new(Nobody)).await.unwrap()
    }

    /// Has 21 degrees proposed.
    async fn proposed(&self) -> Action {
        let record = self.say("set the temperature to 21 degrees").await;
        assert!(record.reply.text.ends_with("et the cabin temperature to 21 degrees?"), "{}", record.reply.text);
        let [action] = record.actions().try_into().unwrap();
        assert_eq!(action.state, ActionState::Proposed);
        action
    }

    /// How often each action was carried out.
    fn done(&self) -> Vec<usize> {
        self.heating.asked.lock().unwrap().values().copied().collect()
    }
}

fn states(record: &TurnRecord) -> Vec<ActionState> {
    record.actions().into_iter().map(|action| action.state).collect()
}

#[tokio::test(start_paused = true)]
async fn a_yes_carries_out_and_a_second_one_finds_nothing_open() {
    let talk = Talk::begin();
    talk.proposed().await;
    let record = talk.say("yes please").await;
    assert!(record.reply.text.contains("The cabin is set to 21 degrees."), "{}", record.reply.text);
    assert!(matches!(states(&record).as_slice(), [ActionState::CarriedOut { .. }]));
    talk.say("yes please").await;
    assert_eq!(talk.done(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_no_carries_out_nothing_and_asks_nobody() {
    let talk = Talk::begin();
    talk.proposed().await;
    let record = talk.say("no thanks").await;
    assert_eq!(states(&record), [ActionState::Declined]);
    assert!(record.reply.text.starts_with("All right, I will leave everything as it is."), "{}", record.reply.text);
    assert!(record.reports.iter().all(|report| report.agent != NAME), "{:#?}", record.reports);
    talk.say("yes").await;
    assert!(talk.done().is_empty(), "what was declined stays declined");
}

#[tokio::test(start_paused = true)]
async fn a_doubtful_answer_is_asked_again_and_nothing_is_done() {
    let talk = Talk::begin();
    let first = talk.proposed().await;
    for doubt in ["hm, maybe", "yes if it is free", "yes, no", "I guess yes?"] {
        let record = talk.say(doubt).await;
        assert!(record.reply.text.ends_with("?") && record.reply.text.contains("21 degrees"), "{}", record.reply.text);
        assert_eq!(record.actions(), std::slice::from_ref(&first), "{doubt}: the same proposal stays open");
        assert!(talk.done().is_empty(), "{doubt}");
    }
    talk.say("yes").await;
    assert_eq!(talk.done(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_question_meanwhile_is_answered_and_the_proposal_stays_open() {
    let talk = Talk::begin();
    let first = talk.proposed().await;
    let record = talk.say("yes, and what tyre pressure does my car need?").await;
    assert!(record.reply.text.contains(" bar ") && record.reply.text.ends_with("21 degrees?"), "{}", record.reply.text);
    assert!(record.actions() == [first] && talk.done().is_empty());
    talk.say("yes").await;
    assert_eq!(talk.done(), [1]);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_back_is_answered_to_who_asked() {
    let talk = Talk::begin();
    let record = talk.say("make it warmer in the car please").await;
    assert_eq!(record.reply.text, "To how many degrees?");
    let record = talk.say("24 or so").await;
    assert!(record.reply.text.ends_with("24 degrees?"), "{}", record.reply.text);
    talk.say("yes").await;
    assert_eq!(talk.done(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_change_is_proposed_anew() {
    let talk = Talk::begin();
    let first = talk.proposed().await;
    let record = talk.say("yes but make it 23").await;
    assert!(talk.done().is_empty());
    let actions = record.actions();
    assert_eq!(actions.len(), 2, "{actions:#?}");
    assert!(actions.iter().any(|action| action.id == first.id && action.state == ActionState::Declined));
    assert!(record.reply.text.contains("23 degrees?") && !record.reply.text.contains("21"), "{}", record.reply.text);
    let record = talk.say("yes").await;
    assert!(record.reply.text.contains("set to 23 degrees"), "{}", record.reply.text);
    assert_eq!(talk.done(), [1]);
}

#[tokio::test(start_paused = true)]
async fn who_turns_to_something_else_lets_the_proposal_lapse() {
    let talk = Talk::begin();
    talk.proposed().await;
    let record = talk.say("What tyre pressure does my car need?").await;
    assert!(record.actions().is_empty() && record.reply.text.contains("bar"), "{}", record.reply.text);
    let record = talk.say("yes").await;
    assert!(record.actions().is_empty() && talk.done().is_empty(), "{}", record.reply.text);
}

#[tokio::test(start_paused = true)]
async fn an_expired_proposal_is_not_carried_out() {
    let talk = Talk::begin();
    let first = talk.proposed().await;
    tokio::time::advance(Duration::from_secs(601)).await;
    talk.say("yes").await;
    let record = talk.press("Yes, please", Some(Decision { action: first.id, accepted: true })).await;
    assert!(record.reply.text.contains("no longer open"), "{}", record.reply.text);
    assert!(talk.done().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_button_works_once_and_also_after_another_matter() {
    let talk = Talk::begin();
    let first = talk.proposed().await;
    talk.say("What tyre pressure does my car need?").await;
    let pressed = || Some(Decision { action: first.id.clone(), accepted: true });
    let record = talk.press("Yes, please", pressed()).await;
    assert!(matches!(states(&record).as_slice(), [ActionState::CarriedOut { .. }]), "{}", record.reply.text);
    let record = talk.press("Yes, please", pressed()).await;
    assert!(record.reply.text.contains("no longer open"), "{}", record.reply.text);
    assert_eq!(talk.done(), [1]);
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_fails_keeps_the_proposal_open() {
    let talk = Talk::begin();
    let first = talk.proposed().await;
    talk.heating.unreachable.store(true, Ordering::Relaxed);
    let record = talk.say("yes").await;
    assert_eq!(record.actions(), std::slice::from_ref(&first));
    assert!(
        record.reply.text.contains("Nothing is lost") && record.reply.text.ends_with("degrees?"),
        "{}",
        record.reply.text
    );
    talk.heating.unreachable.store(false, Ordering::Relaxed);
    talk.say("yes").await;
    assert_eq!(talk.heating.asked.lock().unwrap().get(&first.id), Some(&1));
}

#[tokio::test(start_paused = true)]
async fn in_danger_nothing_is_carried_out() {
    let talk = Talk::begin();
    talk.proposed().await;
    let record = talk.say("yes, and there is smoke coming out of the bonnet").await;
    assert!(talk.done().is_empty() && record.reply.text.contains("112"), "{}", record.reply.text);
}
