//! A customer who has one service after another booked, and repeats each request until it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use contract::ports::Entropy;
use local::SystemEntropy;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::server::{Lost, PATIENCE, Request, send};

/// Places and times, so that a long drill fills no workshop.
const TOWNS: [&str; 4] = ["London", "Leeds", "Manchester", "Birmingham"];
const DAYS: [&str; 5] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
/// The longest that a customer thinks before each turn, in microseconds.
const THINKS_US: u64 = 40_000;
/// A journey that needs more turns than this goes nowhere.
const MOST_TURNS: usize = 20;

/// What all customers share.
pub struct Shared {
    pub address: String,
    /// Nobody sets out any more.
    pub over: AtomicBool,
    /// How often the server was killed.
    pub kills: AtomicUsize,
    /// Requests over which the server was killed: wishes, and yeses.
    lost: [AtomicUsize; 2],
    /// Answers that the key is still held by a turn of a killed server.
    held: AtomicUsize,
    /// Proposals that were still open after a yes: an agent was late.
    again: AtomicUsize,
    /// Bookings that came too late for their slot.
    taken: AtomicUsize,
}

/// One turn that was answered: what was asked under which key, and the reply.
pub struct Answered {
    key: String,
    body: String,
    reply: Value,
    /// The last of the kills, counted from one, that hit this request.
    died: Option<usize>,
}

/// From a wish to a case number.
pub struct Journey {
    pub customer: &'static str,
    pub session: String,
    /// The case number that the customer was told.
    pub number: String,
    pub answered: Vec<Answered>,
}

impl Journey {
    /// The last of the kills, counted from one, that hit the yes that in the end was answered with the case number.
    pub fn last_kill(&self) -> Option<usize> {
        self.answered.last()?.died
    }
}

impl Shared {
    pub fn new(address: String) -> Self {
        Self {
            address,
            over: AtomicBool::new(false),
            kills: AtomicUsize::default(),
            lost: Default::default(),
            held: AtomicUsize::default(),
            again: AtomicUsize::default(),
            taken: AtomicUsize::default(),
        }
    }

    pub fn figures(&self) -> String {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        format!(
            "killed in {} wishes and {} yeses, {} repeats waited for a lease, {} proposals stayed open after a yes, {} slots \
             were taken meanwhile",
            of(&self.lost[0]),
            of(&self.lost[1]),
            of(&self.held),
            of(&self.again),
            of(&self.taken)
        )
    }
}

/// Who has services booked.
pub struct Customer {
    name: &'static str,
    run: String,
    shared: Arc<Shared>,
}

impl Customer {
    pub fn new(name: &'static str, run: &str, shared: Arc<Shared>) -> Self {
        Self { name, run: run.to_owned(), shared }
    }

    /// Books until the drill is over, and ends what was begun.
    pub async fn book_on(self) -> Vec<Journey> {
        let mut journeys = Vec::new();
        while !self.shared.over.load(Ordering::Relaxed) {
            journeys.push(self.book(journeys.len()).await);
        }
        journeys
    }

    /// One service, from the wish to the case number.
    async fn book(&self, n: usize) -> Journey {
        let session = format!("{}-{}-{n}", self.name, self.run);
        let (town, day) = (TOWNS[n % TOWNS.len()], DAYS[n / TOWNS.len() % DAYS.len()]);
        let wish = json!({"session_id": session, "text": format!("Please book a service in {town} on {day}")});
        let mut body = wish.clone();
        let mut answered: Vec<Answered> = Vec::new();
        for turn in 0..MOST_TURNS {
            sleep(Duration::from_micros(SystemEntropy.random() as u64 % THINKS_US)).await;
            let agrees = body != wish;
            let key = format!("{session}-{turn}");
            let (reply, died) = self.until_answered(&key, &body.to_string(), agrees).await;
            answered.push(Answered { key, body: body.to_string(), reply: reply.clone(), died });
            if let Some(number) = told(&reply) {
                return Journey { customer: self.name, session, number, answered };
            }
            let open = actions(&reply).find(|action| action["state"]["status"] == "proposed");
            let taken = actions(&reply).filter(|action| action["state"]["status"] == "failed").count();
            self.shared.taken.fetch_add(taken, Ordering::Relaxed);
            self.shared.again.fetch_add(usize::from(agrees && taken == 0 && open.is_some()), Ordering::Relaxed);
            body = open.map_or_else(|| wish.clone(), |action| yes(&session, action, n.is_multiple_of(2)));
        }
        let replies: Vec<&Value> = answered.iter().map(|turn| &turn.reply["reply"]).collect();
        panic!("{session}: nothing was booked in {MOST_TURNS} turns: {replies:#?}");
    }

    /// Sends the request until it is answered. Returns also the last kill that hit it.
    async fn until_answered(&self, key: &str, body: &str, agrees: bool) -> (Value, Option<usize>) {
        let (began, mut died) = (Instant::now(), None);
        let request = Request { method: "POST", path: "/v1/turns", customer: self.name, key, body };
        loop {
            match send(&self.shared.address, request).await {
                Ok((200, reply)) => return (reply, died),
                // The lease of the killed server is still running.
                Ok((409, _)) => _ = self.shared.held.fetch_add(1, Ordering::Relaxed),
                Err(Lost::Absent) => {}
                Err(Lost::Died) => {
                    died = Some(self.shared.kills.load(Ordering::Relaxed));
                    self.shared.lost[usize::from(agrees)].fetch_add(1, Ordering::Relaxed);
                }
                other => panic!("{key}: {other:?}"),
            }
            assert!(began.elapsed() < PATIENCE * 3, "{key} is never answered");
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Repeats every turn, and reads the sessions: each answer is the first one, and each turn is kept once.
pub async fn repeat_all(shared: &Shared, journeys: &[Journey]) {
    for Journey { customer, session, answered, .. } in journeys {
        let mut expected = Vec::new();
        for Answered { key, body, reply, .. } in answered {
            let again = Request { method: "POST", path: "/v1/turns", customer, key, body };
            let (status, repeated) = send(&shared.address, again).await.unwrap();
            assert_eq!((status, &repeated), (200, reply), "{key}: the answer changed");
            expected.push(reply["turn_id"].clone());
        }
        let path = format!("/v1/sessions/{session}");
        let read = Request { method: "GET", path: &path, customer, ..Request::default() };
        let (status, transcript) = send(&shared.address, read).await.unwrap();
        assert_eq!(status, 200, "{transcript}");
        let turns = transcript["turns"].as_array().unwrap().iter();
        let kept: Vec<Value> = turns.map(|turn| turn["turn_id"].clone()).collect();
        assert_eq!(kept, expected, "{session}: kept and answered differ");
    }
}

/// The turn that agrees to this action: with its button, or in words.
fn yes(session: &str, action: &Value, button: bool) -> Value {
    let mut body = json!({"session_id": session, "text": "Yes, please"});
    if button {
        body["decision"] = json!({"action": action["id"], "accepted": true});
    }
    body
}

fn actions(reply: &Value) -> impl Iterator<Item = &Value> {
    reply["actions"].as_array().into_iter().flatten()
}

/// The case number of what was booked.
fn told(reply: &Value) -> Option<String> {
    let done = actions(reply).find(|action| action["state"]["status"] == "carried_out")?;
    let (_, number) = done["state"]["outcome"].as_str()?.rsplit_once(' ')?;
    Some(number.trim_end_matches('.').to_owned())
}
