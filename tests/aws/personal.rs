//! What every store of AWS keeps of a person: all of it is shown, all of it is erased, nothing else; and who is being erased is
//! kept out.

use std::sync::Arc;
use std::time::Duration;

use ::aws::S3Conversations;
use ::aws::dynamo::{
    ConversationOptions, DynamoConnections, DynamoConversations, DynamoCustomers, DynamoHandoffs, DynamoLearned,
    DynamoOffers, DynamoTickets,
};
use backoffice::handoffs::Matter;
use backoffice::offers::Shown;
use backoffice::testing::handoffs::matter;
use backoffice::{Handoffs, Offers};
use contract::finding::Urgency;
use contract::ports::{Closing, Conversations, Customers, PersonalData, TicketHash, Tickets};
use contract::profile::{Memory, MemoryKind};
use contract::testing::{access, admitted, customer, opening, personal_data, record, turn};
use contract::{Caller, ErrorKind, SessionId, StaffId, TurnId};
use learning::{Learned, Lesson, Note};
use serde_json::json;

use super::dynamo::Bench;
use super::{REGION, bucket, cloud, unique};

mod office;

const RETENTION: Duration = Duration::from_secs(30 * 24 * 3_600);

fn conversations(bench: &Bench, overflow: Option<String>) -> DynamoConversations {
    let options = ConversationOptions { retention: RETENTION, home_region: REGION.into(), overflow };
    DynamoConversations::new(&bench.config, &bench.prefix, bench.clock.clone(), options)
}

/// Takes a turn that holds the word, in a session of its own.
async fn take(store: &dyn Conversations, caller: &Caller, word: &str) -> String {
    let turn = turn(word, &format!("session-{word}"), caller, &format!("it says {word}"));
    let ticket = admitted(store.open(&opening(&turn, &format!("key-{word}"))).await);
    store.close(Closing { ticket: &ticket, record: &record(&turn, "good") }).await.unwrap();
    format!("it says {word}")
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_keep_the_promises_of_personal_data() {
    for bench in Bench::all("personal").await {
        eprintln!("{}", bench.endpoint);
        let store = conversations(&bench, None);
        personal_data::check(&store, async |caller: &Caller, word: &str| take(&store, caller, word).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_late_finds_that_the_turn_was_erased() {
    for bench in Bench::all("late").await {
        let store = conversations(&bench, None);
        take(&store, &customer("ada"), "late").await;
        let image = bench.raw("conversations", "CONV#session-late", "TURN#0000000001").await.unwrap();
        assert!(store.keeps(&image).await.unwrap(), "{}", bench.endpoint);
        store.erase(&access("ada")).await.unwrap();
        assert!(!store.keeps(&image).await.unwrap(), "{}", bench.endpoint);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_keep_out_who_is_being_erased() {
    for bench in Bench::all("barred").await {
        eprintln!("{}", bench.endpoint);
        bench.keep_expired("sessions").await;
        personal_data::barring(&conversations(&bench, None), &conversations(&bench, None), &bench.clock).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_in_s3_keep_the_promises_of_personal_data() {
    let config = cloud().await;
    let (client, name) = bucket(&config).await;
    let store = S3Conversations::new(&config, &name, "memory", Arc::new(local::SystemClock::start()));
    personal_data::check(&store, async |caller: &Caller, word: &str| take(&store, caller, word).await).await;
    let left = client.list_objects_v2().bucket(&name).send().await.unwrap();
    let left: Vec<&str> = left.contents().iter().filter_map(|object| object.key()).collect();
    assert!(!left.is_empty() && left.iter().all(|key| key.contains("ben")), "only Ben's is left: {left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_under_way_in_s3_cannot_close_once_its_customer_is_erased() {
    let config = cloud().await;
    let (_, name) = bucket(&config).await;
    let store = S3Conversations::new(&config, &name, "", Arc::new(local::SystemClock::start()));
    let one = turn("under-way", "under-way", &customer("ada"), "hello");
    let ticket = admitted(store.open(&opening(&one, "under-way")).await);
    let access = access("ada");
    assert!(store.erase(&access).await.unwrap() > 0);
    let closed = store.close(Closing { ticket: &ticket, record: &record(&one, "late") }).await;
    assert_eq!(closed.unwrap_err().kind, ErrorKind::Conflict);
    assert_eq!(store.erase(&access).await.unwrap(), 1, "what it wrote before it found no state");
    assert!(store.export(&access).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_and_connections_keep_the_promises_of_personal_data() {
    for bench in Bench::all("sockets").await {
        eprintln!("{}", bench.endpoint);
        bench.keep_expired("sessions").await;
        let store = DynamoTickets::new(&bench.config, &bench.prefix, bench.clock.clone());
        let connections = DynamoConnections::new(&bench.config, &bench.prefix, bench.clock.clone());
        let plant = async |caller: &Caller, word: &str| {
            connections.put(word, caller, None).await.unwrap();
            let expires = "2026-12-24T00:00:00Z".parse().unwrap();
            store.keep(&TicketHash(word.into()), caller, expires).await.unwrap();
            serde_json::to_string(caller).unwrap()
        };
        personal_data::check(&store, plant).await;
        assert!(connections.get("canary-first-0").await.unwrap().is_none());
        assert!(connections.get("canary-of-ben").await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_learned_keeps_the_promises_of_personal_data() {
    for bench in Bench::all("noted").await {
        eprintln!("{}", bench.endpoint);
        bench.keep_expired("analytics").await;
        let store = DynamoLearned::new(&bench.config, &bench.prefix, bench.clock.clone());
        let plant = async |caller: &Caller, word: &str| {
            let expires = "2026-12-24T00:00:00Z".parse().unwrap();
            let owner = caller.owner().into_owned();
            let note = Note { key: format!("said/{word}"), owner, version: 0, expires, body: json!({"said": word}) };
            let lesson = Lesson { marks: vec![unique(word)], notes: vec![note], ..Lesson::default() };
            store.keep(&lesson).await.unwrap();
            word.to_owned()
        };
        personal_data::check(&store, plant).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_and_words_keep_the_promises_of_personal_data() {
    for bench in Bench::all("cases").await {
        eprintln!("{}", bench.endpoint);
        let store = DynamoHandoffs::new(&bench.config, &bench.prefix, bench.clock.clone(), RETENTION);
        let plant = async |caller: &Caller, word: &str| {
            let case = store.open(&Matter { caller: caller.clone(), ..matter(word, Urgency::Routine) }).await.unwrap();
            let (id, sam, minute) = (&case.matter.id, StaffId::new("sam").unwrap(), Duration::from_secs(60));
            store.claim(id, &sam, minute).await.unwrap();
            store.say(id, &sam, "key", &format!("I say {word}"), minute).await.unwrap();
            format!("I say {word}")
        };
        personal_data::check(&store, plant).await;
        assert_eq!(store.queue().await.unwrap().len(), 1, "only Ben's case waits");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_keep_the_promises_of_personal_data() {
    for bench in Bench::all("persons").await {
        eprintln!("{}", bench.endpoint);
        let store = DynamoCustomers::new(&bench.config, &bench.prefix);
        let plant = async |caller: &Caller, word: &str| {
            let customer = caller.customer().unwrap();
            let known = local::SqliteCustomers::demonstration().unwrap();
            let mut profile = known.into_iter().find(|profile| profile.customer == *customer).unwrap();
            profile.name = word.into();
            // Of a customer who is known already the first name stays: only their memories are added to.
            store.seed(vec![profile]).await.unwrap();
            let at = "2026-11-02T09:00:00Z".parse().unwrap();
            let (session, text) = (SessionId::new(word).unwrap(), format!("likes {word}"));
            let memory = Memory { session, at, kind: MemoryKind::Preference, text };
            store.remember(&caller.access().unwrap(), &[memory]).await.unwrap();
            format!("likes {word}")
        };
        personal_data::check(&store, plant).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_keep_the_promises_of_personal_data() {
    for bench in Bench::all("shown").await {
        eprintln!("{}", bench.endpoint);
        let store = DynamoOffers::new(&bench.config, &bench.prefix, bench.clock.clone());
        let plant = async |caller: &Caller, word: &str| {
            let at = "2026-11-02T09:00:00Z".parse().unwrap();
            let (session, turn) = (SessionId::new(word).unwrap(), TurnId::new(word).unwrap());
            let shown = Shown { offer: format!("offer-{word}"), session, turn, at };
            assert!(store.show(&caller.access().unwrap(), &shown, &[]).await.unwrap());
            format!("offer-{word}")
        };
        personal_data::check(&store, plant).await;
    }
}
