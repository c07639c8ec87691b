//! The stores in S3, each test in a bucket of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws::{S3Conversations, S3Shelf};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use contract::ports::{Clock, Closing, Conversations, Opened, Opening, Shelf};
use contract::testing::{LEASE, ManualClock, admitted, customer, opening, record, turn};
use contract::{ErrorKind, SessionId};
use futures::future::join_all;

use super::{bucket, cloud};

async fn lay(client: &Client, bucket: &str, key: &str, content: &[u8]) {
    let body = ByteStream::from(content.to_vec());
    client.put_object().bucket(bucket).key(key).body(body).send().await.expect("written");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shelf_keeps_its_promises() {
    let config = cloud().await;
    let (client, bucket) = bucket(&config).await;
    let documents: [(&str, &[u8]); 3] = [("a.md", b"# A"), ("lumen/b.md", b"# B"), ("z z.md", "# \u{e4}".as_bytes())];
    for (name, content) in documents {
        lay(&client, &bucket, &format!("library/manuals/{name}"), content).await;
    }
    lay(&client, &bucket, "library/manuals/lumen/", b"").await;
    lay(&client, &bucket, "library-of-others/manuals/c.md", b"# C").await;
    contract::testing::shelf::check(&S3Shelf::new(&config, &bucket, "library"), &documents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_of_many_pages_is_whole_and_a_change_shows() {
    let config = cloud().await;
    let (client, bucket) = bucket(&config).await;
    for chunk in (0..1_203).collect::<Vec<_>>().chunks(64) {
        join_all(chunk.iter().map(|n| lay_numbered(&client, &bucket, *n))).await;
    }
    let shelf = S3Shelf::new(&config, &bucket, "");
    let before = shelf.documents().await.unwrap();
    assert_eq!(before.len(), 1_203);
    assert!(before.is_sorted_by(|one, next| one.name < next.name));
    lay(&client, &bucket, "manuals/0007.md", b"new").await;
    let after = shelf.documents().await.unwrap();
    let changed: Vec<_> = before.iter().zip(&after).filter(|(one, other)| one != other).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].1.name, "0007.md");
}

async fn lay_numbered(client: &Client, bucket: &str, n: u32) {
    lay(client, bucket, &format!("manuals/{n:04}.md"), b"x").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_publishers_one_wins_and_other_processes_see_it() {
    let config = cloud().await;
    let (_, bucket) = bucket(&config).await;
    let watcher = S3Shelf::new(&config, &bucket, "");
    let first = S3Shelf::new(&config, &bucket, "").publish("first", b"1".to_vec(), None).await.unwrap();
    assert_eq!(watcher.newest().await.unwrap(), Some(first.clone()));
    assert_eq!(watcher.newest().await.unwrap(), Some(first.clone()), "unchanged");
    let outcomes = join_all((0..16).map(|n| {
        let (shelf, first) = (S3Shelf::new(&config, &bucket, ""), &first);
        async move { shelf.publish(&format!("edition{n}"), vec![n], Some(first)).await }
    }))
    .await;
    let won: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(won.len(), 1);
    assert!(outcomes.iter().filter_map(|o| o.as_ref().err()).all(|error| error.kind == ErrorKind::Conflict));
    assert_eq!(watcher.newest().await.unwrap().as_ref(), Some(won[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_bucket_says_what_to_do() {
    let config = cloud().await;
    let error = S3Shelf::new(&config, "motorline-no-such-bucket", "").ready().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.to_string().contains("create the bucket"), "{error}");
    let store = S3Conversations::new(&config, "motorline-no-such-bucket", "", Arc::new(ManualClock::default()));
    assert_eq!(store.ready().await.unwrap_err().kind, ErrorKind::Unavailable);
    let one = turn("gone-1", "gone", &customer("ada"), "hello");
    assert_eq!(store.open(&opening(&one, "gone")).await.unwrap_err().kind, ErrorKind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_keep_the_promises_of_the_port() {
    let config = cloud().await;
    let (_, bucket) = bucket(&config).await;
    contract::testing::conversations::check(|clock| Arc::new(S3Conversations::new(&config, &bucket, "memory", clock)))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_turns_at_once_from_four_processes_lose_nothing() {
    let config = cloud().await;
    let (_, bucket) = bucket(&config).await;
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let stores: Vec<_> = (0..4).map(|_| Arc::new(S3Conversations::new(&config, &bucket, "", clock.clone()))).collect();
    let began = Instant::now();
    let numbers = join_all((0..64).map(|n| say(stores[n % 4].clone(), format!("many-{n}"), "many".into()))).await;
    println!("64 turns of one session from four stores: {:?}", began.elapsed());
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (1..=64).collect::<Vec<_>>());
    let stored = stores[0].transcript(&SessionId::new("many").unwrap(), &customer("ada")).await.unwrap();
    for (n, number) in numbers.iter().enumerate() {
        assert_eq!(stored.turns[*number as usize - 1].turn.id.as_str(), format!("many-{n}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_turns_over_fifty_sessions_lose_nothing() {
    let config = cloud().await;
    let (_, bucket) = bucket(&config).await;
    let store = Arc::new(S3Conversations::new(&config, &bucket, "", Arc::new(ManualClock::default())));
    let began = Instant::now();
    join_all((0..50).map(|session| {
        let store = store.clone();
        async move {
            for n in 0..20 {
                let number = say(store.clone(), format!("t-{session}-{n}"), format!("s-{session}")).await;
                assert_eq!(number, n + 1);
            }
        }
    }))
    .await;
    println!("1,000 turns over 50 sessions: {:?}", began.elapsed());
    for session in 0..50 {
        let id = SessionId::new(format!("s-{session}")).unwrap();
        let turns = store.transcript(&id, &customer("ada")).await.unwrap().turns;
        let ids: Vec<_> = turns.iter().map(|one| one.turn.id.as_str().to_owned()).collect();
        assert_eq!(ids, (0..20).map(|n| format!("t-{session}-{n}")).collect::<Vec<_>>());
    }
}

async fn say(store: Arc<S3Conversations>, id: String, session: String) -> u64 {
    let one = turn(&id, &session, &customer("ada"), "hello");
    let ticket = admitted(store.open(&opening(&one, &id)).await);
    store.close(Closing { ticket: &ticket, record: &record(&one, &id) }).await.expect("closes")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_reaches_back_into_the_records() {
    let config = cloud().await;
    let (_, bucket) = bucket(&config).await;
    let store = Arc::new(S3Conversations::new(&config, &bucket, "", Arc::new(ManualClock::default())));
    for n in 0..40 {
        say(store.clone(), format!("long-{n}"), "long".into()).await;
    }
    let next = turn("long-40", "long", &customer("ada"), "hello");
    let wide = Opening { history_limit: 35, ..opening(&next, "long-40") };
    let Opened::New(ticket) = store.open(&wide).await.unwrap() else { panic!("a new turn") };
    let replies: Vec<_> = ticket.history.iter().map(|exchange| exchange.replied.clone()).collect();
    assert_eq!(replies, (5..40).map(|n| format!("long-{n}")).collect::<Vec<_>>());
    assert_eq!(ticket.turns, 40);
}

/// A retry that names another session, after a crash at each step of the first attempt.
#[tokio::test(flavor = "multi_thread")]
async fn a_takeover_by_another_session_goes_on_from_every_step() {
    let config = cloud().await;
    let (client, bucket) = bucket(&config).await;
    let clock = Arc::new(ManualClock::default());
    let store = Arc::new(S3Conversations::new(&config, &bucket, "", clock.clone()));
    for crash in ["after the claim", "after the fence", "after the record", "after shutting", "after the list"] {
        let name = crash.replace(' ', "-");
        let (key, old, new) = (format!("k-{name}"), format!("old-{name}"), format!("new-{name}"));
        let first = turn(&format!("1-{name}"), &old, &customer("ada"), "hello");
        let second = turn(&format!("2-{name}"), &new, &customer("ada"), "hello");
        let third = turn(&format!("3-{name}"), &format!("third-{name}"), &customer("ada"), "hello");
        let lost = admitted(store.open(&opening(&first, &key)).await);
        let state = format!("sessions/s-{old}/state.json.gz");
        match crash {
            "after the claim" => {
                client.delete_object().bucket(&bucket).key(&state).send().await.unwrap();
            }
            "after the record" => {
                let path = format!("sessions/s-{old}/turns/{}.json.gz", first.id);
                lay(&client, &bucket, &path, b"an orphan, perhaps torn").await;
            }
            "after the list" => {
                store.close(Closing { ticket: &lost, record: &record(&first, "in time") }).await.unwrap();
            }
            _ => {}
        }
        clock.advance(LEASE + Duration::from_secs(1));
        if crash == "after the list" {
            let Opened::Repeat(stored) = store.open(&opening(&second, &key)).await.unwrap() else { panic!("closed") };
            assert_eq!(*stored, record(&first, "in time"));
            continue;
        }
        if crash == "after shutting" {
            // The second attempt shuts the old session out and then loses its claim: put the first claim back.
            let path = format!("keys/customers/c-ada/{key}.json");
            let claim = client.get_object().bucket(&bucket).key(&path).send().await.unwrap();
            let claim = claim.body.collect().await.unwrap().into_bytes();
            admitted(store.open(&opening(&third, &key)).await);
            lay(&client, &bucket, &path, &claim).await;
        }
        let taken = admitted(store.open(&opening(&second, &key)).await);
        let dead = store.close(Closing { ticket: &lost, record: &record(&first, "from the dead") }).await;
        assert_eq!(dead.unwrap_err().kind, ErrorKind::Conflict, "{crash}");
        store.close(Closing { ticket: &taken, record: &record(&second, "alive") }).await.expect(crash);
        let again = turn(&format!("4-{name}"), &format!("fourth-{name}"), &customer("ada"), "hello");
        let Opened::Repeat(stored) = store.open(&opening(&again, &key)).await.unwrap() else { panic!("{crash}") };
        assert_eq!(*stored, record(&second, "alive"));
        let empty = store.transcript(&first.session, &customer("ada")).await.unwrap();
        assert!(empty.turns.is_empty(), "{crash}");
    }
}
