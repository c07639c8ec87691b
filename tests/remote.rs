//! Every agent but the one that responds may run elsewhere: asked there, it answers as it does here.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Clock, Fingerprint};
use contract::testing::{customer, turn};
use contract::{Agent, Answer, Card, Error, ErrorKind, Finding, IdempotencyKey, Outcome, Result, Stage, TurnContext};
use local::{NoMetrics, SystemClock};
use supervisor::event::Nobody;
use supervisor::remote::{Place, RemoteAgent, answer};
use supervisor::roster::{Roster, Tools};
use supervisor::settings::{SETTINGS, Settings, Sources};
use supervisor::turn::{Ports, Request, Rules, Supervisor};

use crate::house::tools;

/// Another process, as far as words and clocks are concerned: nothing but JSON goes there and comes back.
struct NextDoor(Arc<dyn Agent>);

#[async_trait]
impl Place for NextDoor {
    async fn send(&self, brief: Vec<u8>) -> Result<Vec<u8>> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let brief = serde_json::from_slice(&brief).expect("it can be read");
        Ok(serde_json::to_vec(&answer(&self.0, &clock, brief).await?).expect("it can be written"))
    }
}

/// Asks an agent here and elsewhere, and notes where the answers differ. The route names everybody, so that all are asked.
struct Compared {
    here: Arc<dyn Agent>,
    away: RemoteAgent,
    acting: Vec<String>,
    notes: Arc<Mutex<Notes>>,
}

#[derive(Default)]
struct Notes {
    agreed: BTreeSet<&'static str>,
    differences: Vec<String>,
}

#[async_trait]
impl Agent for Compared {
    fn card(&self) -> Card {
        self.here.card()
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let name = self.card().name;
        let here = self.here.run(context).await;
        let away = self.away.run(context).await;
        let told = |outcome: &Result<Answer>| match outcome {
            Ok(answer) => Ok(answer.clone()),
            Err(error) => Err((error.kind, error.message.clone())),
        };
        {
            let mut notes = self.notes.lock().unwrap();
            if told(&here) == told(&away) {
                notes.agreed.insert(name);
            } else {
                let text = format!("{name}, of {:?}:\n  here {here:?}\n  away {away:?}", context.turn.text);
                notes.differences.push(text);
            }
        }
        let mut answer = away?;
        for finding in &mut answer.findings {
            if let Finding::Route(route) = finding {
                route.agents = self.acting.clone();
            }
        }
        Ok(answer)
    }
}

/// A supervisor whose agents are what `wrap` makes of each, of its twin, which acts on a house of its own, and of the names of
/// those that act.
fn supervisor(wrap: impl Fn(Arc<dyn Agent>, Arc<dyn Agent>, &[String]) -> Arc<dyn Agent>) -> Supervisor {
    let (tools, clock) = (tools(), Arc::new(SystemClock::start()));
    let twin = Tools { office: crate::house::office(clock.clone()), ..tools.clone() };
    let ports = Ports {
        conversations: tools.conversations.clone(),
        handoffs: tools.office.handoffs.clone(),
        clock,
        metrics: Arc::new(NoMetrics),
    };
    let agents = Roster::hire(&tools).unwrap().into_agents();
    let acting = agents.iter().map(|agent| agent.card()).filter(|card| card.stage == Stage::Act);
    let acting: Vec<String> = acting.map(|card| card.name.to_owned()).collect();
    let twins = Roster::hire(&twin).unwrap().into_agents();
    let wrapped = agents.into_iter().zip(twins).map(|(agent, twin)| wrap(agent, twin, &acting));
    let roster = Roster::of(wrapped.collect()).unwrap();
    Supervisor::new(roster, ports, Rules { lease: Duration::from_secs(30), history: 5, purse: None })
}

fn request(n: usize, text: &str) -> Request {
    let id = format!("remote-{n}");
    let mut turn = turn(&id, "remote", &customer("ada"), text);
    (turn.received, turn.deadline_ms) = (SystemClock::start().now(), 20_000);
    Request { turn, key: IdempotencyKey::new(id.as_str()).unwrap(), fingerprint: Fingerprint(id) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_elsewhere_answers_as_it_does_here() {
    let notes: Arc<Mutex<Notes>> = Arc::default();
    let supervisor = supervisor(|here, twin, acting| {
        if here.card().stage == Stage::Respond {
            return here;
        }
        let away = RemoteAgent::new(here.card(), Arc::new(NextDoor(twin)), Arc::new(SystemClock::start()));
        Arc::new(Compared { here, away, acting: acting.to_vec(), notes: notes.clone() })
    });
    let said = [
        "Good morning! What does P0301 mean, and what tyre pressure does my car need?",
        "I want to book a service for my car in Leeds",
        "yes please",
        "Set the temperature to 21 degrees",
        "This is the third time and I am furious, let me talk to a person",
        "Are there any offers on winter tyres?",
    ];
    for (n, text) in said.into_iter().enumerate() {
        let record = supervisor.take(request(n, text), Arc::new(Nobody)).await.unwrap();
        assert!(!record.reply.text.is_empty() && record.degraded.is_empty(), "{record:#?}");
    }
    let notes = notes.lock().unwrap();
    assert!(notes.differences.is_empty(), "{}", notes.differences.join("\n"));
    let asked: Vec<String> = notes.agreed.iter().map(|name| format!("agents.{name}.run")).collect();
    let settings: BTreeSet<&str> =
        SETTINGS.iter().map(|row| row.key).filter(|key| key.starts_with("agents.")).collect();
    assert_eq!(
        asked,
        settings.into_iter().collect::<Vec<_>>(),
        "every agent has a setting of where it runs, and was asked"
    );
}

/// Where no function answers.
struct Nowhere(Option<ErrorKind>);

#[async_trait]
impl Place for Nowhere {
    async fn send(&self, _brief: Vec<u8>) -> Result<Vec<u8>> {
        match self.0 {
            Some(kind) => Err(Error::new(kind, "planted")),
            None => std::future::pending().await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_fails_or_hangs_costs_that_agent_alone() {
    for kind in [Some(ErrorKind::Unavailable), Some(ErrorKind::Busy), None] {
        let supervisor = supervisor(|here, _, _| match here.card().name {
            "intent" => {
                let card = Card { budget: Duration::from_millis(300), ..here.card() };
                Arc::new(RemoteAgent::new(card, Arc::new(Nowhere(kind)), Arc::new(SystemClock::start())))
            }
            _ => here,
        });
        let record = supervisor.take(request(0, "What does P0301 mean?"), Arc::new(Nobody)).await.unwrap();
        let report = record.reports.iter().find(|report| report.agent == "intent").unwrap();
        match (&report.outcome, kind) {
            (Outcome::Failed { kind: found, .. }, Some(kind)) => assert_eq!(*found, kind),
            (Outcome::Late, None) => {}
            other => panic!("{other:?}"),
        }
        assert!(record.degraded == ["intent"] && !record.reply.text.is_empty(), "{record:#?}");
    }
}

#[test]
fn where_agents_run_is_a_setting_from_the_environment_too() {
    let of = |value: &str| {
        let environment = vec![("MOTORLINE_AGENTS_INTENT_RUN".to_owned(), value.to_owned())];
        Settings::resolve(&Sources { environment, ..Sources::default() })
    };
    assert!(of("here").is_ok());
    assert!(of("there").unwrap_err()[0].to_string().contains("lambda:FUNCTION"));
}
