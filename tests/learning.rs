//! What is learned of closed turns is what the stored records say, whatever breaks on the way.

mod naive;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use contract::testing::ManualClock;
use contract::{Error, ErrorKind, Result};
use learning::{Closed, Count, Hour, Learned, Lesson, Note};
use local::{Database, SqliteLearned, SystemClock};
use serde_json::{Value, json};
use supervisor::learn::Learning;
use supervisor::roster::{Roster, Tools};

use crate::clients::Door;
use crate::house::{House, office, tools};

/// All hours there are.
const EVER: std::ops::Range<Hour> = Hour(0)..Hour(1_000_000);

/// A house whose time stands still until a test moves it.
fn standing() -> (House, Learning, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let (house, learning) = House::learning(Tools { office: office(clock.clone()), ..tools() }, clock.clone());
    (house, learning, clock)
}

async fn learn_all(learning: &Learning) {
    while learning.step().await.expect("learns") > 0 {}
}

async fn closed(house: &House) -> Vec<Closed> {
    house.oversight().closed_turns.as_ref().unwrap().after(0, 10_000).await.unwrap()
}

async fn says(house: &House, who: Option<&str>, session: &str, text: &str) -> Value {
    let (status, reply) = house.turn(who, None, &json!({"session_id": session, "text": text})).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    reply
}

async fn rate(house: &House, who: Option<&str>, turn: &str, body: Value) -> StatusCode {
    let mut request = Request::post(format!("/v1/turns/{turn}/feedback")).header("content-type", "application/json");
    if let Some(who) = who {
        request = request.header("authorization", format!("Bearer demo-{who}"));
    }
    house.send(request.body(Body::from(body.to_string())).unwrap()).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_is_what_the_stored_records_say() {
    let (house, learning) = House::learning(tools(), Arc::new(SystemClock::start()));
    crate::conversations::every_conversation_goes_as_written_in(&house, Door::Rest).await;
    learn_all(&learning).await;
    let turns = closed(&house).await;
    assert!(turns.len() > 100, "{}", turns.len());
    let counts = house.oversight().learned.as_ref().unwrap().counts(EVER).await.unwrap();
    naive::compare(&turns, &counts);

    let (status, told) = house.get(Some("sam"), "/v1/analytics?by=channel").await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(told["all"]["turns"], turns.len());
    let channels: i64 =
        told["groups"].as_array().unwrap().iter().map(|group| group["figures"]["turns"].as_i64().unwrap()).sum();
    assert_eq!(channels, turns.len() as i64, "the channels add up");
}

/// A store that breaks at one of its writes: before it is kept, or behind it, when nobody hears that it was.
struct Breaking {
    store: Arc<dyn Learned>,
    at: usize,
    kept: bool,
    writes: AtomicUsize,
}

#[async_trait]
impl Learned for Breaking {
    async fn notes(&self, keys: &[String]) -> Result<Vec<Note>> {
        self.store.notes(keys).await
    }

    async fn noted(&self, prefix: &str, limit: usize) -> Result<Vec<Note>> {
        self.store.noted(prefix, limit).await
    }

    async fn keep(&self, lesson: &Lesson) -> Result<()> {
        let breaks = self.writes.fetch_add(1, Ordering::SeqCst) == self.at;
        if !breaks || self.kept {
            self.store.keep(lesson).await?;
        }
        if breaks { Err(Error::new(ErrorKind::Unavailable, "killed")) } else { Ok(()) }
    }

    async fn marked(&self, marks: &[String]) -> Result<Vec<String>> {
        self.store.marked(marks).await
    }

    async fn counts(&self, hours: std::ops::Range<Hour>) -> Result<Vec<(Count, i64)>> {
        self.store.counts(hours).await
    }

    async fn ready(&self) -> Result<()> {
        self.store.ready().await
    }
}

/// What a store holds, but for the versions of its notes: those count the writes.
async fn held(store: &dyn Learned) -> (Vec<(Count, i64)>, Vec<(String, String, Value)>) {
    let mut counts = store.counts(EVER).await.unwrap();
    counts.retain(|(_, number)| *number != 0);
    counts.sort();
    let mut notes = Vec::new();
    for prefix in ["analytics/", "insights/", "learn/"] {
        let found = store.noted(prefix, 10_000).await.unwrap();
        notes.extend(found.into_iter().map(|note| (note.key, note.owner, note.body)));
    }
    (counts, notes)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_write_it_loses_and_doubles_nothing() {
    let (house, _, clock) = standing();
    for n in 0..60 {
        let who = ["ada", "ben", "chloe"][n % 3];
        says(
            &house,
            Some(who),
            &format!("killed-{who}-{}", n / 12),
            ["How do I charge?", "My brakes failed!", "Get me a person"][n % 7 % 3],
        )
        .await;
        clock.advance(Duration::from_secs(1_800));
    }
    let turns = house.oversight().closed_turns.clone().unwrap();
    let store = || -> Arc<dyn Learned> { Arc::new(SqliteLearned::new(Database::in_memory().unwrap(), clock.clone())) };
    let over =
        |learned: Arc<dyn Learned>| Learning::new(turns.clone(), learned, Roster::learners().unwrap(), clock.clone());
    let fresh = store();
    learn_all(&over(fresh.clone())).await;
    let expected = held(&*fresh).await;
    assert!(expected.0.len() > 50 && expected.1.len() > 5, "{expected:?}");
    for (at, kept) in (0..6).flat_map(|at| [(at, false), (at, true)]) {
        let store = store();
        let breaking = over(Arc::new(Breaking { store: store.clone(), at, kept, writes: AtomicUsize::new(0) }));
        let broke = loop {
            match breaking.step().await {
                Ok(0) => break false,
                Ok(_) => {}
                Err(_) => break true,
            }
        };
        assert!(broke, "there is a write {at}");
        drop(breaking);
        learn_all(&over(store.clone())).await;
        assert_eq!(held(&*store).await, expected, "killed at write {at}, kept: {kept}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_turn_is_learned_beside_the_next_ones() {
    let (house, learning) = House::learning(tools(), Arc::new(SystemClock::start()));
    let (stop, learned) = (tokio_util::sync::CancellationToken::new(), house.oversight().learned.clone().unwrap());
    let task = learning.start(stop.clone());
    let session = says(&house, Some("ada"), "beside", "How do I pair my phone?").await["session_id"].clone();
    let counted = async {
        while !learned.counts(EVER).await.unwrap().iter().any(|(count, _)| count.what == "turns") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // Within a second on a machine that is not busy with other tests.
    tokio::time::timeout(Duration::from_secs(10), counted).await.expect("learned");
    assert_eq!(session, "beside");
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), task).await.expect("ends").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_conversation_about_the_same_takes_the_first_resolution_back() {
    let (house, learning, clock) = standing();
    let figures = async |expected: [i64; 5]| {
        learn_all(&learning).await;
        let (status, told) =
            house.get(Some("sam"), "/v1/analytics?from=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z").await;
        assert_eq!(status, StatusCode::OK, "{told}");
        let names = ["conversations", "matters", "repeated", "resolved_first", "escalated"];
        assert_eq!(names.map(|name| told["all"][name].as_i64().unwrap()), expected, "{told}");
    };
    let day = Duration::from_secs(24 * 3_600);
    says(&house, Some("ada"), "first", "How do I pair my phone?").await;
    figures([1, 1, 0, 1, 0]).await;
    clock.advance(3 * day);
    says(&house, Some("ada"), "second", "How do I pair my phone?").await;
    figures([2, 2, 1, 0, 0]).await;
    says(&house, Some("ben"), "other", "How do I pair my phone?").await;
    figures([3, 3, 1, 1, 0]).await;
    clock.advance(8 * day);
    says(&house, Some("ada"), "later", "How do I pair my phone?").await;
    figures([4, 4, 1, 2, 0]).await;
    says(&house, Some("ben"), "other", "I want to speak to a person").await;
    figures([4, 4, 1, 1, 1]).await;
    says(&house, None, "visitor", "How do I pair my phone?").await;
    figures([5, 4, 1, 1, 1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_dangers_and_gaps_are_found_and_ordinary_turns_are_neither() {
    let (house, learning, clock) = standing();
    let week = async || {
        learn_all(&learning).await;
        let (status, told) = house.get(Some("noor"), "/v1/insights?week=2026-W45").await;
        assert_eq!(status, StatusCode::OK, "{told}");
        told
    };
    for (n, text) in ["How do I pair my phone?", "What is the tyre pressure?", "How do I charge at home?", "Thank you!"]
        .iter()
        .enumerate()
    {
        says(&house, Some("ada"), &format!("ordinary-{n}"), text).await;
    }
    let calm = week().await;
    assert_eq!(
        (&calm["clusters"], &calm["unanswered"], &calm["dangers"]),
        (&json!([]), &json!(0), &json!([])),
        "{calm:#}"
    );
    for n in 0..3 {
        clock.advance(Duration::from_secs(3_600));
        says(&house, Some("ada"), &format!("danger-{n}"), "The brake pedal goes to the floor").await;
    }
    for (n, text) in
        ["Where is the plug for a samovar?", "Where do I plug in my samovar, I am Ada Lindqvist", "samovar plug please"]
            .iter()
            .enumerate()
    {
        let reply = says(&house, Some("ada"), &format!("gap-{n}"), text).await;
        assert_eq!(reply["citations"], json!([]), "{reply:#}");
    }
    let found = week().await;
    assert_eq!(found["clusters"].as_array().map(Vec::len), Some(1), "{found:#}");
    assert_eq!((&found["clusters"][0]["hazard"], &found["clusters"][0]["reports"]), (&json!("brakes"), &json!(3)));
    let article = &found["missing_articles"][0];
    assert!(article["title"].as_str().unwrap_or_default().contains("samovar"), "{found:#}");
    assert!(!found.to_string().contains("Lindqvist"), "nobody is named");

    let (status, _) = house.get(Some("ada"), "/v1/insights").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(house.get(Some("sam"), "/v1/insights?week=2026-W99").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.get(Some("sam"), "/v1/reports/2026-W45").await.0, StatusCode::OK);
    assert_eq!(house.get(None, "/v1/reports/2026-W45").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_rates_their_own_turns_once_and_may_change_their_mind() {
    let (house, _, clock) = standing();
    let adas =
        says(&house, Some("ada"), "rated", "How do I pair my phone?").await["turn_id"].as_str().unwrap().to_owned();
    let visitors =
        says(&house, None, "rated-too", "How do I pair my phone?").await["turn_id"].as_str().unwrap().to_owned();
    let counted = async || {
        let counts = house.oversight().learned.as_ref().unwrap().counts(EVER).await.unwrap();
        let of = |what: &str| {
            counts.iter().filter(|(count, _)| count.what == what && count.about.is_empty()).map(|(_, n)| n).sum::<i64>()
        };
        (of("feedback/up"), of("feedback/down"))
    };
    let up = |session: &str| json!({"session_id": session, "rating": "up"});
    let down = json!({"session_id": "rated", "rating": "down", "comment": "It did not pair."});
    for (who, turn, body) in [
        (Some("ben"), &adas, up("rated")),
        (None, &adas, up("rated")),
        (Some("sam"), &adas, up("rated")),
        (Some("ada"), &visitors, up("rated-too")),
        (Some("ada"), &visitors, up("rated")),
        (None, &visitors, up("rated")),
        (Some("ada"), &"nobody-said-this".to_owned(), up("rated")),
    ] {
        assert_eq!(rate(&house, who, turn, body).await, StatusCode::NOT_FOUND, "{who:?} {turn}");
    }
    assert_eq!(counted().await, (0, 0));
    for _ in 0..2 {
        assert_eq!(rate(&house, Some("ada"), &adas, up("rated")).await, StatusCode::OK);
        assert_eq!(rate(&house, None, &visitors, up("rated-too")).await, StatusCode::OK);
    }
    assert_eq!(counted().await, (2, 0));
    assert_eq!(rate(&house, Some("ada"), &adas, down.clone()).await, StatusCode::OK);
    assert_eq!(counted().await, (1, 1), "the last word counts");
    let crowd = (0..16).map(|n| rate(&house, Some("ada"), &adas, if n % 2 == 0 { up("rated") } else { down.clone() }));
    futures::future::join_all(crowd).await;
    let (ups, downs) = counted().await;
    assert_eq!(ups + downs, 2, "whoever is quicker, each turn counts once: {ups}, {downs}");

    let note = house.oversight().learned.as_ref().unwrap().noted("feedback/", 9).await.unwrap();
    let owner = note.iter().find(|note| note.key.ends_with(&adas)).map(|note| note.owner.as_str());
    assert_eq!(owner, Some("ada"));
    for body in [
        json!({"session_id": "rated"}),
        json!({"session_id": "rated", "rating": "sideways"}),
        json!({"session_id": "rated", "rating": "up", "comment": "x".repeat(501)}),
        json!({"session_id": "rated", "rating": "up", "comment": " "}),
    ] {
        assert_eq!(rate(&house, Some("ada"), &adas, body).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    clock.advance(Duration::from_secs(31 * 24 * 3_600));
    assert_eq!(rate(&house, Some("ada"), &adas, up("rated")).await, StatusCode::FORBIDDEN, "too long ago");
}
