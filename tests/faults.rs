//! Whatever agents fail, and however, the customer gets a reply that says what is missing, and the turn is stored once.

use std::future::pending;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Clock, Conversations, Fingerprint};
use contract::testing::{customer, turn};
use contract::{
    Agent, Answer, Card, Error, ErrorKind, Finding, IdempotencyKey, Outcome, Result, Stage, TurnContext, TurnRecord,
};
use local::{Database, NoMetrics, SqliteConversations};
use supervisor::event::Nobody;
use supervisor::roster::Roster;
use supervisor::turn::{Ports, Request, Rules, Supervisor};

use crate::house::{TestClock, tools};

/// How an agent goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Error,
    Panic,
    Hang,
    SpeakThenPanic,
}

const FAULTS: [Fault; 4] = [Fault::Error, Fault::Panic, Fault::Hang, Fault::SpeakThenPanic];

struct Faulty {
    agent: Arc<dyn Agent>,
    fault: Fault,
}

#[async_trait]
impl Agent for Faulty {
    fn card(&self) -> Card {
        self.agent.card()
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        match self.fault {
            Fault::Error => Err(Error::new(ErrorKind::Unavailable, "planted")),
            Fault::Panic => panic!("planted"),
            Fault::Hang => pending().await,
            Fault::SpeakThenPanic => {
                context.sink.release("Half a sentence");
                panic!("planted")
            }
        }
    }
}

/// The agents of the product, hired once: they hold nothing of any turn.
static AGENTS: LazyLock<Vec<Arc<dyn Agent>>> = LazyLock::new(|| Roster::hire(&tools()).unwrap().into_agents());

pub fn supervisor(roster: Roster, conversations: Arc<dyn Conversations>, clock: Arc<dyn Clock>) -> Supervisor {
    let handoffs = crate::house::office(clock.clone()).handoffs;
    let ports = Ports { conversations, handoffs, clock, metrics: Arc::new(NoMetrics) };
    Supervisor::new(roster, ports, Rules { lease: Duration::from_secs(30), history: 5, purse: None })
}

/// Runs one turn with the agents of `failing` (a bit each, in the order of the roster) going wrong.
async fn run(
    store: &Arc<SqliteConversations>,
    clock: &Arc<TestClock>,
    failing: usize,
    fault: Fault,
) -> (Vec<&'static str>, TurnRecord) {
    let agents = AGENTS.clone();
    let broken: Vec<&str> =
        agents.iter().enumerate().filter(|(n, _)| failing >> n & 1 == 1).map(|(_, a)| a.card().name).collect();
    let wrapped = agents.into_iter().enumerate().map(|(n, agent)| {
        let agent = if agent.card().stage == Stage::Route { Arc::new(AskEverybody(agent)) } else { agent };
        if failing >> n & 1 == 1 { Arc::new(Faulty { agent, fault }) as Arc<dyn Agent> } else { agent }
    });
    let roster = Roster::of(wrapped.collect()).unwrap();
    let supervisor = supervisor(roster, store.clone(), clock.clone());
    let id = format!("{fault:?}-{failing}");
    let turn = turn(&id, &id, &customer("ada"), "What tyre pressure does my car need?");
    let request = Request { turn, key: IdempotencyKey::new(id.as_str()).unwrap(), fingerprint: Fingerprint(id) };
    (broken, supervisor.take(request, Arc::new(Nobody)).await.expect("a turn never fails for an agent's sake"))
}

#[tokio::test(start_paused = true)]
async fn every_subset_of_agents_may_fail_in_every_way() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock(tokio::time::Instant::now()));
    let database = Database::open(&folder.path().join("faults.db")).unwrap();
    let store = Arc::new(SqliteConversations::new(database, clock.clone()));
    let count = AGENTS.len();
    for fault in FAULTS {
        for failing in 0..1 << count {
            let began = tokio::time::Instant::now();
            let (broken, record) = run(&store, &clock, failing, fault).await;
            let context = format!("{fault:?} of {broken:?}: {record:#?}");
            // Without a route nobody acts.
            let asked = |name: &&str| !broken.contains(&"routing") || !acts(name);
            let missing: Vec<&str> = broken.iter().copied().filter(asked).collect();
            assert_eq!(record.degraded, missing, "{context}");
            assert!(!record.reply.text.trim().is_empty(), "{context}");
            assert!(began.elapsed() <= record.turn.deadline(), "{context}");
            assert!(
                record.reports.iter().all(|report| expected(&report.outcome, fault, broken.contains(&&*report.agent))),
                "{context}"
            );
            assert!(broken.contains(&"knowledge") || !record.reply.citations.is_empty(), "{context}");
            let kept = store.transcript(&record.turn.session, &record.turn.caller).await.unwrap();
            assert_eq!(kept.turns, [record], "stored once, as answered");
        }
    }
}

/// Whether an agent of this name is asked only when the route names it.
fn acts(name: &str) -> bool {
    AGENTS.iter().any(|agent| agent.card().name == name && agent.card().stage == Stage::Act)
}

/// Routes as the agent does, and lets every agent act.
struct AskEverybody(Arc<dyn Agent>);

#[async_trait]
impl Agent for AskEverybody {
    fn card(&self) -> Card {
        self.0.card()
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let mut answer = self.0.run(context).await?;
        for finding in &mut answer.findings {
            if let Finding::Route(route) = finding {
                let names = AGENTS.iter().map(|agent| agent.card().name).filter(|name| acts(name));
                route.agents = names.map(str::to_owned).collect();
            }
        }
        Ok(answer)
    }
}

fn expected(outcome: &Outcome, fault: Fault, broken: bool) -> bool {
    match (outcome, broken) {
        (Outcome::Answered | Outcome::Skipped { .. }, false) => true,
        (Outcome::Late, true) => fault == Fault::Hang,
        (Outcome::Failed { kind: ErrorKind::Unavailable, .. }, true) => fault == Fault::Error,
        (Outcome::Failed { kind: ErrorKind::Internal, .. }, true) => {
            matches!(fault, Fault::Panic | Fault::SpeakThenPanic)
        }
        _ => false,
    }
}

/// Computes for as long as it likes without ever pausing.
struct Hog;

#[async_trait]
impl Agent for Hog {
    fn card(&self) -> Card {
        Card { name: "hog", purpose: "never pauses", stage: Stage::Analyze, budget: Duration::from_millis(20) }
    }

    async fn run(&self, _context: &TurnContext) -> Result<Answer> {
        std::thread::sleep(Duration::from_millis(600));
        Ok(Answer::default())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_never_pauses_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(local::SystemClock::start());
    let store =
        Arc::new(SqliteConversations::new(Database::open(&folder.path().join("hog.db")).unwrap(), clock.clone()));
    let roster = Roster::of(vec![Arc::new(Hog)]).unwrap();
    let supervisor = supervisor(roster, store, clock);
    let turn = turn("hog", "hog", &customer("ada"), "hello");
    let request = Request { turn, key: IdempotencyKey::new("hog").unwrap(), fingerprint: Fingerprint("hog".into()) };
    let record = supervisor.take(request, Arc::new(Nobody)).await.unwrap();
    assert_eq!(record.degraded, ["hog"]);
    assert_eq!(record.reports[0].outcome, Outcome::Late);
    assert_eq!(record.reply.model, "last-words");
}
