//! What a customer agrees to is done once, however many say yes at the same time and in whatever way.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use axum::http::StatusCode;
use backoffice::vehicles::{Command, Reading};
use backoffice::{ServiceDesk, Vehicles};
use contract::ports::{Closing, Conversations, Opened, Opening, Transcript};
use contract::testing::access;
use contract::{ActionId, Caller, Result, SessionId, TurnId, TurnRecord, Vin};
use futures::future::join_all;
use local::{Database, SimulatedVehicles, SqliteConversations, SqliteHandoffs, SqliteOffers, SqliteServiceDesk};
use serde_json::{Value, json};
use supervisor::roster::{BackOffice, Tools};
use tokio::sync::Barrier;

use crate::house::{House, tools};

/// So many say yes at once.
const CROWD: usize = 200;
/// Plain yeses in words.
const YESES: [&str; 4] = ["Yes, please", "yes", "Yes, go ahead", "ok, do it"];
/// What the car is told in the drill.
const TEMPERATURE: &str = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature";
/// The car of the customer `ben`.
const CAR: &str = "VDRCE52K6NA000134";

/// Keeps conversations, and once it is shut lets turns begin only when the whole crowd is there: all of them have read that
/// the proposal is open before the first of them carries it out.
struct Gate {
    behind: SqliteConversations,
    shut: AtomicBool,
    crowd: Barrier,
}

#[async_trait]
impl Conversations for Gate {
    async fn open(&self, opening: &Opening) -> Result<Opened> {
        let opened = self.behind.open(opening).await;
        if self.shut.load(Ordering::Relaxed) {
            self.crowd.wait().await;
        }
        opened
    }

    async fn close(&self, closing: Closing<'_>) -> Result<u64> {
        self.behind.close(closing).await
    }

    async fn transcript(&self, session: &SessionId, caller: &Caller) -> Result<Transcript> {
        self.behind.transcript(session, caller).await
    }

    async fn turn(&self, session: &SessionId, turn: &TurnId, caller: &Caller) -> Result<TurnRecord> {
        self.behind.turn(session, turn, caller).await
    }

    async fn ready(&self) -> Result<()> {
        self.behind.ready().await
    }
}

/// A house whose systems are files, with the systems and the gate at hand.
struct Scene {
    house: House,
    desk: Arc<dyn ServiceDesk>,
    cars: Arc<dyn Vehicles>,
    gate: Arc<Gate>,
}

impl Scene {
    fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(local::SystemClock::start());
        let database = Database::open(&folder.path().join("house.db")).unwrap();
        let desk = Arc::new(SqliteServiceDesk::new(database.clone(), clock.clone()));
        let cars = Arc::new(SimulatedVehicles::new(database.clone()));
        let office = BackOffice {
            service_desk: desk.clone(),
            vehicles: cars.clone(),
            offers: Arc::new(SqliteOffers::new(database.clone())),
            handoffs: Arc::new(SqliteHandoffs::new(database.clone(), clock.clone())),
        };
        let behind = SqliteConversations::new(database, clock.clone());
        let gate = Arc::new(Gate { behind, shut: AtomicBool::new(false), crowd: Barrier::new(CROWD) });
        let house = House::over(Tools { office, ..tools() }, gate.clone(), clock, folder);
        Self { house, desk, cars, gate }
    }

    /// Has `wish` proposed to the customer, in a session named like them. Returns the proposal.
    async fn proposed(&self, customer: &str, wish: &str) -> Value {
        let body = json!({"session_id": customer, "text": wish});
        let (status, reply) = self.house.turn(Some(customer), None, &body).await;
        assert_eq!(status, StatusCode::OK, "{reply}");
        let action = reply["actions"][0].clone();
        assert_eq!(action["state"]["status"], "proposed", "{reply}");
        action
    }

    /// A crowd says yes in the customer's session, every other one with the button. Returns the replies, each of which is
    /// also in the transcript.
    async fn agree(&self, customer: &str, action: &Value) -> Vec<Value> {
        let said = (0..CROWD).map(|n| async move {
            let mut body = json!({"session_id": customer, "text": YESES[n / 2 % YESES.len()]});
            if n % 2 == 0 {
                body["decision"] = json!({"action": action["id"], "accepted": true});
            }
            self.house.turn(Some(customer), Some(&format!("yes-{n}")), &body).await
        });
        let mut replies = Vec::new();
        for (status, reply) in join_all(said).await {
            assert_eq!(status, StatusCode::OK, "{reply}");
            replies.push(reply);
        }
        let (_, transcript) = self.house.get(Some(customer), &format!("/v1/sessions/{customer}")).await;
        let ids =
            |turns: &[Value]| -> BTreeSet<String> { turns.iter().map(|turn| turn["turn_id"].to_string()).collect() };
        let kept = transcript["turns"].as_array().unwrap();
        assert_eq!(kept.len(), CROWD + 1);
        assert!(ids(kept).is_superset(&ids(&replies)) && ids(&replies).len() == CROWD);
        replies
    }
}

/// What the replies say was done; nothing was refused, and nothing but `action` was done or proposed.
fn outcomes(replies: &[Value], action: &Value) -> Vec<String> {
    let mut outcomes = Vec::new();
    for found in replies.iter().flat_map(|reply| reply["actions"].as_array().unwrap()) {
        assert_eq!(found["id"], action["id"], "{found}");
        match found["state"]["status"].as_str().unwrap() {
            "carried_out" => outcomes.push(found["state"]["outcome"].as_str().unwrap().to_owned()),
            // An agent that was late on a busy machine leaves it open.
            state => assert_eq!(state, "proposed", "{found}"),
        }
    }
    outcomes
}

/// Whether every reply in which no agent was late says that it was done.
fn all_did(replies: &[Value]) -> bool {
    let mut whole = replies.iter().filter(|reply| reply["degraded"] == json!([]));
    whole.all(|reply| reply["actions"][0]["state"]["status"] == "carried_out")
}

async fn a_crowd_books_once(gated: bool) {
    let scene = Scene::set();
    let action = scene.proposed("ada", "I would like to book a service next Wednesday at 10").await;
    scene.gate.shut.store(gated, Ordering::Relaxed);
    let replies = scene.agree("ada", &action).await;
    let outcomes = outcomes(&replies, &action);
    assert!(!outcomes.is_empty());
    assert!(!gated || outcomes.len() > 1 && all_did(&replies), "{} of {CROWD}", outcomes.len());
    let booked = scene.desk.appointments(&access("ada")).await.unwrap();
    assert_eq!(booked.len(), 1, "{booked:#?}");
    let number = format!("your case number is {}.", booked[0].number);
    assert!(outcomes.iter().all(|outcome| outcome.ends_with(&number)), "{number} {outcomes:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_agrees_as_it_comes_books_once() {
    a_crowd_books_once(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_all_sees_the_proposal_open_books_once() {
    a_crowd_books_once(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_tells_the_car_once() {
    let scene = Scene::set();
    let action = scene.proposed("ben", "Set the driver's temperature to 21 degrees").await;
    assert_eq!(action["kind"], "vehicle_command");
    scene.gate.shut.store(true, Ordering::Relaxed);
    let replies = scene.agree("ben", &action).await;
    let outcomes = outcomes(&replies, &action);
    assert!(outcomes.len() > 1 && all_did(&replies), "{} of {CROWD}", outcomes.len());
    assert_eq!(BTreeSet::from_iter(&outcomes).len(), 1, "{outcomes:#?}");
    let (ben, car) = (access("ben"), Vin::new(CAR).unwrap());
    let degrees = async || scene.cars.readings(&ben, &car).await.unwrap()[TEMPERATURE].number();
    assert_eq!(degrees().await, Some(21.0));
    // Nothing of it is still on its way, and the car knows the action: told again under its id, it does nothing.
    let id = ActionId::new(action["id"].as_str().unwrap()).unwrap();
    let warmer = [Command { signal: TEMPERATURE.into(), value: Reading::Number(25.0) }];
    scene.cars.command(&ben, &car, &warmer, &id).await.unwrap();
    assert_eq!(degrees().await, Some(21.0));
}
