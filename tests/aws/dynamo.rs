//! The stores in DynamoDB, held to the suites of their ports and to what AWS adds: pages, expiry, cost, large turns.
//!
//! `EMULATED_DYNAMODB` names the services, separated by commas; every test runs on each of them in tables of its own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ::aws::dynamo::{Capacity, ConversationOptions, DynamoConversations, DynamoCustomers, TTL_ATTRIBUTE, Tables};
use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::{AttributeValue, TimeToLiveSpecification};
use contract::finding::Handoff;
use contract::ports::{Clock, Closing, Conversations, Customers, Opened};
use contract::profile::PastMatter;
use contract::testing::{LEASE, ManualClock, access, admitted, customer, opening, record, turn};
use contract::{
    Action, ActionId, ActionState, AgentReport, Caller, CaseId, Error, ErrorKind, Finding, Outcome, Result, SessionId,
    Stage, Turn, TurnRecord, Usage,
};
use futures::StreamExt;
use futures::future::join_all;

use super::{bucket, config, dynamodb_endpoints, unique};

mod items;

const RETENTION: Duration = Duration::from_secs(30 * 24 * 3_600);

/// One service with tables of its own for one test.
pub struct Bench {
    pub config: SdkConfig,
    pub client: aws_sdk_dynamodb::Client,
    pub endpoint: String,
    pub prefix: String,
    pub clock: Arc<ManualClock>,
}

impl Bench {
    /// A bench on every service.
    pub async fn all(test: &str) -> Vec<Self> {
        let benches = dynamodb_endpoints().into_iter().map(|endpoint| Self::new(endpoint, test));
        join_all(benches).await
    }

    /// A bench on one service.
    pub async fn new(endpoint: String, test: &str) -> Self {
        let config = config(&endpoint).await;
        let client = aws_sdk_dynamodb::Client::new(&config);
        let prefix = unique(test);
        Tables::named(&prefix).create(&client).await.expect("tables");
        Self { config, client, endpoint, prefix, clock: Arc::default() }
    }

    fn store(&self) -> DynamoConversations {
        self.store_at("eu-central-1", None)
    }

    fn store_at(&self, home_region: &str, overflow: Option<String>) -> DynamoConversations {
        let options = ConversationOptions { retention: RETENTION, home_region: home_region.into(), overflow };
        DynamoConversations::new(&self.config, &self.prefix, self.clock.clone(), options)
    }

    /// Leaves what has expired where it is: DynamoDB Local deletes by the time of the machine, for which all that a test's own
    /// clock calls the near future is past.
    pub async fn keep_expired(&self, table: &str) {
        let off = TimeToLiveSpecification::builder().attribute_name(TTL_ATTRIBUTE).enabled(false).build().unwrap();
        let request = self.client.update_time_to_live().table_name(format!("{}-{table}", self.prefix));
        request.time_to_live_specification(off).send().await.unwrap();
    }

    pub async fn raw(&self, table: &str, pk: &str, sk: &str) -> Option<HashMap<String, AttributeValue>> {
        let request = self.client.get_item().table_name(format!("{}-{table}", self.prefix));
        let request = request.key("pk", AttributeValue::S(pk.into())).key("sk", AttributeValue::S(sk.into()));
        request.consistent_read(true).send().await.unwrap().item
    }
}

/// Opens and closes a turn of `ada` that is answered with `reply`.
async fn exchange(store: &DynamoConversations, id: &str, session: &str, reply: &str) -> Result<u64> {
    let one = turn(id, session, &customer("ada"), "hello");
    let ticket = match store.open(&opening(&one, id)).await? {
        Opened::New(ticket) => ticket,
        Opened::Repeat(_) => panic!("{id} was answered before"),
    };
    store.close(Closing { ticket: &ticket, record: &record(&one, reply) }).await
}

fn session(id: &str) -> SessionId {
    SessionId::new(id).unwrap()
}

/// Text that does not compress to much less than half: hexadecimal digits of a generator.
fn noise(bytes: usize) -> String {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut text = String::new();
    while text.len() < bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(&format!("{:08x}", state >> 32));
    }
    text
}

/// A record with a report that holds `reason`, such as a large passage would.
fn heavy(turn: &Turn, reason: String) -> TurnRecord {
    let report = AgentReport {
        agent: "knowledge".into(),
        stage: Stage::Analyze,
        outcome: Outcome::Skipped { reason },
        findings: Vec::new(),
        usage: Usage::default(),
        calls: Vec::new(),
        started_ms: 0.0,
        took_ms: 0.0,
    };
    TurnRecord { reports: vec![report], ..record(turn, "good day") }
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_keep_the_promises_of_the_port() {
    for bench in Bench::all("suite").await {
        eprintln!("{}", bench.endpoint);
        contract::testing::conversations::check(|clock: Arc<dyn Clock>| {
            let options =
                ConversationOptions { retention: RETENTION, home_region: "eu-central-1".into(), overflow: None };
            Arc::new(DynamoConversations::new(&bench.config, &bench.prefix, clock, options))
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_keep_the_promises_of_the_port_with_any_length_of_history() {
    for bench in Bench::all("customers").await {
        let store = DynamoCustomers::new(&bench.config, &bench.prefix);
        let mut profiles = local::SqliteCustomers::demonstration().unwrap();
        // More than one transaction takes, and more than the megabyte that a page holds.
        profiles[0].history = (0..300)
            .map(|n| PastMatter {
                on: "2026-09-14".parse().unwrap(),
                summary: format!("{n} {}", noise(4_000)),
                open: n == 0,
            })
            .collect();
        store.seed(profiles.clone()).await.unwrap();
        let mut renamed = profiles.clone();
        renamed.iter_mut().for_each(|profile| profile.name = "Somebody Else".into());
        store.seed(renamed).await.unwrap();
        contract::testing::customers::check(&store, &profiles).await;
        let before = store.consumed();
        store.profile(&access("ben")).await.unwrap();
        eprintln!("{}: a profile costs {} read units", bench.endpoint, store.consumed().read - before.read);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_are_as_described() {
    for bench in Bench::all("tables").await {
        let tables = Tables::named(&bench.prefix);
        assert_eq!(tables.differences(&bench.client).await.unwrap(), Vec::<String>::new(), "{}", bench.endpoint);
        bench.client.delete_table().table_name(&tables.sessions.name).send().await.unwrap();
        let found = tables.differences(&bench.client).await.unwrap();
        assert!(found.len() == 1 && found[0].contains(&tables.sessions.name), "{found:?}");
        let error = exchange(&bench.store(), "lost-1", "lost", "never").await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unavailable);
        assert!(error.hint.is_some_and(|hint| hint.contains(&tables.sessions.name)));
        assert_eq!(bench.store().ready().await.unwrap_err().kind, ErrorKind::Unavailable);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_turns_of_one_session_all_get_through() {
    for bench in Bench::all("one-session").await {
        let store = bench.store();
        let began = std::time::Instant::now();
        let ids: Vec<String> = (0..64).map(|n| format!("turn-{n}")).collect();
        let outcomes = join_all(ids.iter().map(|id| exchange(&store, id, "busy", id))).await;
        let numbers: Vec<u64> = outcomes.into_iter().map(|outcome| outcome.expect("gets through")).collect();
        eprintln!("{}: 64 turns of one session in {:?}", bench.endpoint, began.elapsed());
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (1..=64).collect::<Vec<_>>());
        let stored = store.transcript(&session("busy"), &customer("ada")).await.unwrap();
        for (id, number) in ids.iter().zip(numbers) {
            assert_eq!(&stored.turns[number as usize - 1].reply.text, id);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_turns_of_many_sessions_are_kept_once_and_in_order() {
    for bench in Bench::all("many-sessions").await {
        let store = bench.store();
        let began = std::time::Instant::now();
        // Forty customers at once; each says 25 things, one after the other.
        let sessions = futures::stream::iter(0..40).map(|s| {
            let store = &store;
            async move {
                for n in 0..25 {
                    let number = exchange(store, &format!("t-{s}-{n}"), &format!("s-{s}"), &format!("{n}")).await;
                    assert_eq!(number.expect("closes"), n + 1);
                }
            }
        });
        sessions.buffer_unordered(40).collect::<Vec<()>>().await;
        eprintln!("{}: 1,000 turns of 40 sessions in {:?}", bench.endpoint, began.elapsed());
        for s in 0..40 {
            let stored = store.transcript(&session(&format!("s-{s}")), &customer("ada")).await.unwrap();
            let replies: Vec<_> = stored.turns.iter().map(|turn| turn.reply.text.clone()).collect();
            assert_eq!(replies, (0..25).map(|n| n.to_string()).collect::<Vec<_>>());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_open_is_taken_over_and_repeats_are_known_elsewhere() {
    for bench in Bench::all("crash").await {
        let one = turn("crash-1", "crash", &customer("ada"), "hello");
        let lost = admitted(bench.store().open(&opening(&one, "crash")).await);
        let two = turn("crash-2", "crash", &customer("ada"), "hello");
        let error = bench.store().open(&opening(&two, "crash")).await.unwrap_err();
        assert_eq!((error.kind, error.retry_after), (ErrorKind::Conflict, Some(LEASE)));
        bench.clock.advance(LEASE);
        let taken = admitted(bench.store().open(&opening(&two, "crash")).await);
        let (store, kept) = (bench.store(), record(&two, "alive"));
        assert_eq!(store.close(Closing { ticket: &taken, record: &kept }).await.unwrap(), 1);
        let late = store.close(Closing { ticket: &lost, record: &record(&one, "dead") }).await;
        assert_eq!(late.unwrap_err().kind, ErrorKind::Conflict);
        let three = turn("crash-3", "crash", &customer("ada"), "hello");
        assert_eq!(bench.store().open(&opening(&three, "crash")).await.unwrap(), Opened::Repeat(Box::new(kept)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expired_is_gone_although_it_still_lies_there() {
    for bench in Bench::all("expiry").await {
        let store = bench.store();
        exchange(&store, "old", "expiry", "long ago").await.unwrap();
        bench.clock.advance(RETENTION + Duration::from_secs(1));
        let gone = store.transcript(&session("expiry"), &customer("ada")).await;
        assert_eq!(gone.unwrap_err().kind, ErrorKind::NotFound);
        assert!(bench.raw("conversations", "CONV#expiry", "TURN#0000000001").await.is_some(), "it still lies there");
        // The session's name and the key are free again, for anybody.
        let ben = customer("ben");
        let new = turn("new", "expiry", &ben, "hello");
        let ticket = admitted(store.open(&opening(&new, "old")).await);
        assert!(ticket.history.is_empty());
        assert_eq!(store.close(Closing { ticket: &ticket, record: &record(&new, "now") }).await.unwrap(), 1);
        assert_eq!(store.transcript(&session("expiry"), &ben).await.unwrap().turns, [record(&new, "now")]);
        let again = turn("again", "expiry-again", &customer("ada"), "something else");
        admitted(store.open(&opening(&again, "old")).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_moves_to_another_region_and_leaves_the_former_one_behind() {
    for bench in Bench::all("region").await {
        let (here, there) = (bench.store(), bench.store_at("us-east-1", None));
        let one = turn("here", "moving", &customer("ada"), "hello");
        let late = admitted(here.open(&opening(&one, "here")).await);
        assert_eq!(exchange(&there, "there", "moving", "from there").await.unwrap(), 1);
        let refused = here.close(Closing { ticket: &late, record: &record(&one, "too late") }).await;
        assert_eq!(refused.unwrap_err().kind, ErrorKind::Conflict);
        let meta = bench.raw("sessions", "SESS#moving", "META").await.unwrap();
        assert_eq!(meta["home"], AttributeValue::S("us-east-1".into()));
        assert_eq!(meta["version"], AttributeValue::N("2".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_not_there_is_unavailable() {
    let config = config("http://127.0.0.1:9").await;
    let options = ConversationOptions { retention: RETENTION, home_region: String::new(), overflow: None };
    let store = DynamoConversations::new(&config, "nowhere", Arc::new(ManualClock::default()), options);
    let error: Error = exchange(&store, "nowhere", "nowhere", "never").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!(store.ready().await.unwrap_err().kind, ErrorKind::Unavailable);
}
