//! The agent on the real queue's promises: what it opens, what it says, and when it leaves the turn alone.

use std::sync::{Arc, Mutex};

use backoffice::handoffs::{CaseEnding, CaseState, Word, in_order};
use contract::action::{Action, ActionState};
use contract::finding::{Hazard, Intent, Polarity, Sentiment, Tier, Urgency};
use contract::ports::{Closing, Opened, Opening, Transcript};
use contract::record::Citation;
use contract::testing::{RecordingSink, customer, errand, record, reported, turn};
use contract::{ActionId, Caller, Error, Exchange, Reply, SessionId, StaffId, Tone, TurnId};
use jiff::Timestamp;

use super::*;

/// A queue in memory, whose time stands still.
#[derive(Default)]
struct Shelf(Mutex<Vec<Case>>);

fn noon() -> Timestamp {
    "2026-11-27T12:00:00Z".parse().unwrap()
}

fn unused<T>() -> Result<T> {
    Err(Error::new(ErrorKind::Internal, "no agent does this"))
}

#[async_trait]
impl Handoffs for Shelf {
    async fn open(&self, matter: &Matter) -> Result<Case> {
        let mut cases = self.0.lock().unwrap();
        if let Some(open) = cases.iter_mut().find(|case| case.matter.session == matter.session && case.is_open()) {
            *open = open.refreshed(matter, noon());
            return Ok(open.clone());
        }
        cases.push(Case::opened(matter, noon()));
        Ok(cases.last().unwrap().clone())
    }

    async fn case(&self, id: &CaseId) -> Result<Case> {
        let found = self.0.lock().unwrap().iter().find(|case| case.matter.id == *id).cloned();
        found.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such case"))
    }

    async fn latest(&self, _: &SessionId) -> Result<Option<Case>> {
        unused()
    }

    async fn queue(&self) -> Result<Vec<Case>> {
        let mut open: Vec<Case> = self.0.lock().unwrap().iter().filter(|case| case.is_open()).cloned().collect();
        in_order(&mut open);
        Ok(open)
    }

    async fn claim(&self, id: &CaseId, person: &StaffId, lease: Duration) -> Result<Case> {
        let mut cases = self.0.lock().unwrap();
        let case = cases.iter_mut().find(|case| case.matter.id == *id).unwrap();
        *case = case.claimed(person, lease, noon())?;
        Ok(case.clone())
    }

    async fn transfer(&self, _: &CaseId, _: &StaffId, _: &str) -> Result<Case> {
        unused()
    }

    async fn finish(&self, id: &CaseId, person: &StaffId, ending: &CaseEnding) -> Result<Case> {
        let mut cases = self.0.lock().unwrap();
        let case = cases.iter_mut().find(|case| case.matter.id == *id).unwrap();
        *case = case.finished(person, ending, noon())?;
        Ok(case.clone())
    }

    async fn say(&self, _: &CaseId, _: &StaffId, _: &str, _: &str, _: Duration) -> Result<Word> {
        unused()
    }

    async fn words(&self, _: &SessionId, _: &Caller, _: u64) -> Result<Vec<Word>> {
        unused()
    }

    async fn call_back(&self, id: &CaseId, wish: &str) -> Result<Case> {
        if wish.contains("lost") {
            return Err(Error::new(ErrorKind::Unavailable, "lost"));
        }
        let mut cases = self.0.lock().unwrap();
        let case = cases.iter_mut().find(|case| case.matter.id == *id).unwrap();
        *case = case.to_call_back(wish, noon())?;
        Ok(case.clone())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// What was said before; or a store that is lost.
struct Past(Option<Vec<TurnRecord>>);

#[async_trait]
impl Conversations for Past {
    async fn open(&self, _: &Opening) -> Result<Opened> {
        unused()
    }

    async fn close(&self, _: Closing<'_>) -> Result<u64> {
        unused()
    }

    async fn transcript(&self, session: &SessionId, _: &Caller) -> Result<Transcript> {
        match &self.0 {
            Some(turns) => Ok(Transcript { session: session.clone(), turns: turns.clone() }),
            None => Err(Error::new(ErrorKind::Unavailable, "lost")),
        }
    }

    async fn turn(&self, _: &SessionId, _: &TurnId, _: &Caller) -> Result<TurnRecord> {
        unused()
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

fn route(target: Target, queue: &str) -> Finding {
    Finding::Route(Route {
        target,
        queue: queue.into(),
        reason: format!("rule-of-{queue}: because"),
        tone: Tone::Friendly,
        tier: Tier::Fast,
        agents: vec!["handoff".into()],
        safety: None,
    })
}

fn mood(score: f32) -> Finding {
    let (urgency, polarity) = (Urgency::Routine, Polarity::Neutral);
    let hazards = vec![Hazard { name: "smoke".into(), evidence: "smoke".into() }];
    Finding::Sentiment(Sentiment { polarity, score, intensity: 0.5, urgency, hazards, earlier_hazards: Vec::new() })
}

fn wants(label: &str) -> Finding {
    let (alternatives, agents) = (Vec::new(), Vec::new());
    Finding::Intent(Intent { label: label.into(), confidence: 0.9, alternatives, urgency: Urgency::Soon, agents })
}

fn context(id: &str, text: &str, history: Vec<Exchange>, findings: Vec<Finding>) -> TurnContext {
    let mut turn = turn(id, "session", &customer("ada"), text);
    turn.received = noon();
    TurnContext {
        turn: Arc::new(turn),
        history: history.into(),
        reports: Arc::new(vec![reported(findings)]),
        held_by: None,
        sink: Arc::new(RecordingSink::default()),
        errand: errand(),
    }
}

fn agent(shelf: &Arc<Shelf>, past: Option<Vec<TurnRecord>>) -> HandoffAgent {
    HandoffAgent::new(shelf.clone(), Arc::new(Past(past))).unwrap()
}

async fn standing(agent: &HandoffAgent, context: &TurnContext) -> Option<Handoff> {
    let answer = agent.run(context).await.unwrap();
    answer.findings.into_iter().find_map(|found| if let Finding::Handoff(found) = found { Some(found) } else { None })
}

#[tokio::test]
async fn a_turn_that_needs_nobody_is_left_alone() {
    let shelf = Arc::new(Shelf::default());
    let turn = context("t", "hello", Vec::new(), vec![route(Target::SelfService, "care")]);
    assert_eq!(agent(&shelf, None).run(&turn).await.unwrap(), Answer::default());
    assert!(shelf.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_third_turn_opens_a_case_with_all_that_is_known() {
    let first = turn("t1", "session", &customer("ada"), "The tailgate rattles.");
    let mut first = record(&first, "Tighten the catch. [1]");
    let passage = contract::finding::Fact { text: "Tighten it.".into(), source: "Faults and repairs".into() };
    first.reply = Reply { citations: vec![Citation::from(&passage), Citation::from(&passage)], ..first.reply };
    let action = |state| Action {
        id: ActionId::of(&first.turn.id, "servicing", 0),
        agent: "servicing".into(),
        kind: "book_appointment".into(),
        parameters: Default::default(),
        summary: "Book a check.".into(),
        expires: noon(),
        state,
    };
    first.reports = vec![reported(vec![mood(-0.2), Finding::Action(action(ActionState::Proposed))])];
    let mut second = record(&turn("t2", "session", &customer("ada"), "No, it did not help."), "I am sorry.");
    second.reports = vec![reported(vec![mood(-0.5), Finding::Action(action(ActionState::Declined))])];
    let shelf = Arc::new(Shelf::default());
    let now = vec![wants("complaint"), mood(-0.9), route(Target::Human, "complaints")];
    let found =
        standing(&agent(&shelf, Some(vec![first, second])), &context("t3", "I want a person", Vec::new(), now)).await;
    let found = found.unwrap();
    assert_eq!((found.position, found.wait_minutes, found.opens, found.held_by), (Some(1), Some(1), None, None));
    let case = shelf.case(&found.case).await.unwrap();
    let packet = &case.matter.packet;
    assert_eq!((case.matter.priority, &*case.matter.queue), (Urgency::Soon, "complaints"));
    assert_eq!((packet.mood.as_slice(), packet.intent.as_deref()), ([-0.2, -0.5, -0.9].as_slice(), Some("complaint")));
    assert_eq!(packet.tried, ["Quoted Faults and repairs.", "Declined: Book a check."]);
    assert_eq!(
        (packet.citations.len(), &*packet.verified, &packet.hazards[..]),
        (1, "signed in", &["smoke".to_owned()][..])
    );
    assert!(packet.summary.starts_with("First the customer wrote “The tailgate rattles”."), "{}", packet.summary);
    assert!(packet.reason.starts_with("rule-of-complaints"));
}

#[tokio::test]
async fn while_a_case_is_open_every_message_belongs_to_it() {
    let shelf = Arc::new(Shelf::default());
    let human = vec![wants("complaint"), mood(-0.9), route(Target::Human, "complaints")];
    let mut before = record(&turn("t1", "session", &customer("ada"), "A complaint"), "");
    before.reports = vec![reported(human.clone())];
    let agent = agent(&shelf, Some(vec![before]));
    let case = standing(&agent, &context("t1", "A complaint", Vec::new(), human)).await.unwrap().case;
    let history =
        || vec![Exchange { case: Some(case.clone()), ..Exchange::of("A complaint", "") }, Exchange::of("a", "b")];
    let other = || {
        context(
            "t2",
            "By the way, how do I pair?",
            history(),
            vec![wants("connectivity"), route(Target::SelfService, "care")],
        )
    };
    let still = standing(&agent, &other()).await.unwrap();
    assert_eq!((&still.case, &*still.queue, still.position), (&case, "complaints", Some(1)));
    let packet = shelf.case(&case).await.unwrap().matter.packet;
    assert_eq!((packet.intent.as_deref(), &*packet.reason), (Some("complaint"), "rule-of-complaints: because"));
    assert!(packet.summary.ends_with("Now: “By the way, how do I pair?”."), "{}", packet.summary);
    let sam = StaffId::new("sam").unwrap();
    shelf.claim(&case, &sam, Duration::from_secs(60)).await.unwrap();
    let held = standing(&agent, &other()).await.unwrap();
    assert_eq!((held.held_by.as_ref(), held.position, held.wait_minutes), (Some(&sam), None, None));
    shelf.finish(&case, &sam, &CaseEnding::Returned).await.unwrap();
    assert_eq!(standing(&agent, &other()).await, None, "the assistant goes on");
    assert!(matches!(shelf.case(&case).await.unwrap().state, CaseState::Done { .. }));
}

#[tokio::test]
async fn at_night_it_says_when_somebody_is_there_and_a_lost_past_is_no_reason_to_wait() {
    let shelf = Arc::new(Shelf::default());
    let mut night = context("t", "A person", vec![Exchange::of("Hi", "Hello.")], vec![route(Target::Human, "care")]);
    Arc::make_mut(&mut night.turn).received = "2026-11-27T23:00:00Z".parse().unwrap();
    let answer = agent(&shelf, None).run(&night).await.unwrap();
    assert!(answer.reduced.is_some_and(|why| why.contains("this turn only")));
    let Some(Finding::Handoff(found)) = answer.findings.first() else { panic!("no handoff") };
    assert_eq!(found.opens.as_deref(), Some("tomorrow at 9:00 UK time"));
    assert_eq!((found.position, found.wait_minutes), (Some(1), None));
    let packet = shelf.case(&found.case).await.unwrap().matter.packet;
    assert!(packet.summary.starts_with("First the customer wrote “Hi”."), "{}", packet.summary);
}

#[tokio::test]
async fn a_wish_to_be_called_back_is_noted_or_the_customer_hears_that_it_is_not() {
    let shelf = Arc::new(Shelf::default());
    let agent = agent(&shelf, None);
    let open = context("t1", "A person", Vec::new(), vec![route(Target::Human, "care")]);
    let case = standing(&agent, &open).await.unwrap().case;
    let history = || vec![Exchange { case: Some(case.clone()), ..Exchange::of("A person", "") }];
    for (n, (text, noted, said)) in [
        ("Call me back tomorrow morning", "Call me back tomorrow morning", Some("called back: tomorrow morning.")),
        ("Ring me, I am lost", "Call me back tomorrow morning", Some("could not note")),
        ("Monday at 10", "Call me back tomorrow morning", None),
    ]
    .into_iter()
    .enumerate()
    {
        let turn = context(&format!("w{n}"), text, history(), vec![route(Target::SelfService, "care")]);
        let answer = agent.run(&turn).await.unwrap();
        let words =
            answer.findings.iter().find_map(|f| if let Finding::Statement(s) = f { Some(&*s.text) } else { None });
        assert_eq!(words.is_some_and(|words| words.contains(said.unwrap_or("?"))), said.is_some(), "{text}: {words:?}");
        assert_eq!(shelf.case(&case).await.unwrap().callback.as_deref(), Some(noted), "{text}");
    }
}
