//! Whoever asks too often, too much or too slowly is told which limit that is and when to come back; nobody else notices.

use std::collections::HashSet;
use std::future::pending;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use contract::ports::{Clock, Deltas, LanguageModel};
use contract::prompt::Prompt;
use contract::{Errand, Result};
use futures::future::join_all;
use futures::stream;
use jiff::Timestamp;
use models::OfflineModel;
use serde_json::{Value, json};
use supervisor::doors::address::Peer;
use supervisor::doors::limits::Limits;
use supervisor::doors::patience::Patience;
use supervisor::roster::Tools;
use supervisor::settings::LimitRules;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::clients::{Socket, events};
use crate::house::{HOUSE, House, tools};

/// A clock that stands still until it is told to move.
#[derive(Default)]
struct HandClock(Mutex<Duration>);

impl HandClock {
    fn wait(&self, seconds: u64) {
        *self.0.lock().unwrap() += Duration::from_secs(seconds);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH.checked_add(self.elapsed()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

/// A model that says when it is asked, and answers when it is told to.
pub struct HeldModel {
    pub asked: Semaphore,
    pub told: Semaphore,
}

impl HeldModel {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { asked: Semaphore::new(0), told: Semaphore::new(0) })
    }

    /// The tools of a product that writes with it.
    pub fn tools(self: &Arc<Self>) -> Tools {
        Tools { fast: self.clone(), capable: self.clone(), ..tools() }
    }

    /// Waits until one more turn has come as far as the model.
    pub async fn is_asked(&self) {
        self.asked.acquire().await.unwrap().forget();
    }

    /// Lets every turn go on.
    pub fn answer(&self) {
        self.told.add_permits(1_000);
    }
}

#[async_trait]
impl LanguageModel for HeldModel {
    fn name(&self) -> &str {
        "held"
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        self.asked.add_permits(1);
        self.told.acquire().await.unwrap().forget();
        OfflineModel::new().generate(prompt, errand).await
    }

    async fn ready(&self) -> Result<()> {
        pending().await
    }
}

/// A house whose callers are limited, by a clock that the test moves.
fn limited(rules: LimitRules) -> (House, Arc<HandClock>) {
    let clock = Arc::new(HandClock::default());
    let limits = Arc::new(Limits::new(rules, clock.clone()));
    (House::with(tools(), |doors| doors.limits = limits), clock)
}

fn turn(customer: Option<&str>, from: &str, body: &Value) -> Request<Body> {
    let mut request = Request::post("/v1/turns").header("content-type", "application/json");
    if let Some(customer) = customer {
        request = request.header("authorization", format!("Bearer demo-{customer}"));
    }
    let mut request = request.body(Body::from(body.to_string())).unwrap();
    request.extensions_mut().insert(Peer(from.parse().unwrap()));
    request
}

async fn sent(house: &House, request: Request<Body>) -> (StatusCode, HeaderMap, Value) {
    let response = house.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// Checks that the answer refuses for now and names this limit; returns the seconds to wait.
fn wait_of((status, headers, problem): &(StatusCode, HeaderMap, Value), expected: u16, limit: &str) -> u64 {
    assert_eq!(*status, expected, "{problem}");
    assert_eq!(headers["content-type"], "application/problem+json");
    assert!(problem["detail"].as_str().unwrap().contains(limit), "{problem}");
    assert!(problem["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{problem}");
    let wait = headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(wait > 0 && problem["retry_after_s"] == wait, "{problem}");
    wait
}

fn a(number: u32) -> Option<NonZeroU32> {
    NonZeroU32::new(number)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits_and_nobody_else_does() {
    let rules = LimitRules { turns_per_minute: a(4), address_per_minute: a(4), ..LimitRules::default() };
    let (house, clock) = limited(rules);
    let hello = json!({"text": "hello"});
    let from = "192.0.2.1";
    let mut waits = HashSet::new();
    for (caller, limit) in [(Some("ada"), "limits.turns_per_minute"), (None, "limits.address_per_minute")] {
        assert_eq!(sent(&house, turn(caller, from, &hello)).await.0, 200);
        waits.insert(wait_of(&sent(&house, turn(caller, from, &hello)).await, 429, limit));
    }
    assert_eq!(waits, HashSet::from([15]), "a quarter of a minute");
    assert_eq!(sent(&house, turn(Some("ben"), from, &hello)).await.0, 200, "another customer at the same address");
    assert_eq!(sent(&house, turn(None, "192.0.2.2", &hello)).await.0, 200, "a visitor elsewhere");
    clock.wait(15);
    assert_eq!(sent(&house, turn(Some("ada"), from, &hello)).await.0, 200);
    assert_eq!(sent(&house, turn(None, from, &hello)).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_each_client_counts_for_itself() {
    let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let (house, _) = limited(LimitRules { address_per_minute: a(4), trusted_proxies, ..LimitRules::default() });
    let visit = async |peer: &str, client: &'static str| {
        let mut request = turn(None, peer, &json!({"text": "hello"}));
        request.headers_mut().insert("x-forwarded-for", client.parse().unwrap());
        sent(&house, request).await.0.as_u16()
    };
    assert_eq!([visit("10.0.0.1", "192.0.2.1").await, visit("10.0.0.1", "192.0.2.2").await], [200, 200]);
    assert_eq!(visit("10.0.0.2", "192.0.2.1").await, 429, "through whichever proxy");
    assert_eq!(visit("192.0.2.9", "192.0.2.3").await, 200);
    assert_eq!(visit("192.0.2.9", "192.0.2.4").await, 429, "a stranger names nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_requests_are_limited_more_widely_and_pages_are_not() {
    let (house, _) = limited(LimitRules { turns_per_minute: a(4), address_per_minute: a(4), ..LimitRules::default() });
    let get = async |path: &str, customer: &str| {
        let request = Request::get(path).header("authorization", format!("Bearer demo-{customer}"));
        sent(&house, request.body(Body::empty()).unwrap()).await
    };
    for _ in 0..10 {
        assert_eq!(get("/v1/sessions/never", "ada").await.0, 404);
    }
    wait_of(&get("/v1/sessions/never", "ada").await, 429, "at most 40 requests a minute");
    assert_eq!(get("/v1/sessions/never", "ben").await.0, 404);
    for path in ["/", "/health", "/openapi.json"].repeat(40) {
        assert_eq!(get(path, "ada").await.0, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_at_once_have_places_that_come_free_again() {
    let model = HeldModel::new();
    let rules = LimitRules { session_at_once: a(1), identity_at_once: a(2), turns_at_once: 3, ..LimitRules::default() };
    let limits = Arc::new(Limits::new(rules, Arc::new(HandClock::default())));
    let house = Arc::new(House::with(model.tools(), |doors| doors.limits = limits));
    let ask = |customer: &'static str, session: &'static str| {
        let house = house.clone();
        let body = json!({"session_id": session, "text": "What tyre pressure does my car need?"});
        tokio::spawn(async move { sent(&house, turn(Some(customer), "192.0.2.1", &body)).await })
    };
    let mut under_way = Vec::new();
    for (customer, session) in [("ada", "places-a"), ("ada", "places-b"), ("ben", "places-c")] {
        under_way.push(ask(customer, session));
        model.is_asked().await;
        let limit = match under_way.len() {
            1 => ("ada", "places-a", 429, "limits.session_at_once"),
            2 => ("ada", "places-z", 429, "limits.identity_at_once"),
            _ => ("emma", "places-e", 503, "limits.turns_at_once"),
        };
        wait_of(&ask(limit.0, limit.1).await.unwrap(), limit.2, limit.3);
    }
    model.answer();
    assert!(join_all(under_way).await.into_iter().all(|answer| answer.unwrap().0 == 200));
    assert_eq!(ask("ada", "places-a").await.unwrap().0, 200, "the place is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_refuses_alike_and_a_stream_holds_its_place_to_the_end() {
    let model = HeldModel::new();
    let rules = LimitRules { session_at_once: a(1), ..LimitRules::default() };
    let limits = Arc::new(Limits::new(rules, Arc::new(HandClock::default())));
    let house = House::with(model.tools(), |doors| doors.limits = limits);
    let body = json!({"session_id": "every-door", "text": "What tyre pressure does my car need?"});
    let mut socket = Socket::open(house.listen().await, Some("ada")).await.unwrap();
    socket.begin("first", 0, &body).await;
    model.is_asked().await;
    let mut other = Socket::open(house.listen().await, Some("ada")).await.unwrap();
    let told = other.turn(&body).await;
    let (status, problem) = events(&house, Some("ada"), &[], &body).await.unwrap_err();
    let (_, rest) = house.turn(Some("ada"), None, &body).await;
    assert_eq!((told.len(), told[0].kind.as_str(), status.as_u16()), (1, "error", 429));
    assert_eq!((&told[0].data, &problem), (&rest, &rest), "the same problem at every door");
    assert!(
        rest["detail"].as_str().unwrap().contains("limits.session_at_once") && rest["retry_after_s"] == 1,
        "{rest}"
    );
    let mut back = Socket::open(house.listen().await, Some("ada")).await.unwrap();
    back.begin("first", 0, &body).await;
    assert_eq!(back.told("first").await.kind, "report", "who comes back to a turn under way needs no second place");
    model.answer();
    assert_eq!(socket.rest("first").await.last().unwrap().kind, "closed");
    assert!(events(&house, Some("ada"), &[], &body).await.is_ok(), "the place is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_is_not_limited_by_caller() {
    let body = json!({"session_id": "unlimited", "text": "hello"});
    let answers = join_all((0..100).map(|_| sent(&HOUSE, turn(Some("ada"), "127.0.0.1", &body)))).await;
    assert!(answers.iter().all(|(status, ..)| *status == 200), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_and_an_answer_that_does_not_come_end() {
    let short = Duration::from_millis(50);
    let house = House::with(HeldModel::new().tools(), |doors| {
        doors.patience = Patience { body: short, answer: short, ..Patience::default() };
    });
    let mut slow = turn(Some("ada"), "192.0.2.1", &Value::Null);
    *slow.body_mut() = Body::from_stream(stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Some((Ok::<_, std::io::Error>(" "), ()))
    }));
    let (status, _, problem) = sent(&house, slow).await;
    assert_eq!((status.as_u16(), &problem["status"]), (408, &json!(408)), "a byte now and then is no body: {problem}");
    // The model is never ready, and never says so.
    let (status, _, problem) = sent(&house, Request::get("/ready").body(Body::empty()).unwrap()).await;
    assert_eq!((status.as_u16(), &problem["status"]), (504, &json!(504)), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_too_large_is_refused() {
    let many = (0..65).fold(Request::get("/health"), |request, n| request.header(format!("x-{n}"), "a"));
    let long = Request::get("/health").header("x-long", "a".repeat(17 * 1024));
    let far = Request::get(format!("/health?{}", "a".repeat(17 * 1024)));
    for request in [many, long, far] {
        let (status, _, problem) = sent(&HOUSE, request.body(Body::empty()).unwrap()).await;
        assert_eq!((status.as_u16(), &problem["status"]), (431, &json!(431)), "{problem}");
        assert!(problem["hint"].as_str().unwrap().contains("64 headers"), "{problem}");
    }
    let fits = Request::get("/health").header("x-long", "a".repeat(8 * 1024)).body(Body::empty()).unwrap();
    assert_eq!(sent(&HOUSE, fits).await.0, 200);
}
