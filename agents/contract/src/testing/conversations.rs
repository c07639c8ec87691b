//! What every store of conversations promises: exactly once, in order, and to the owner only.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use super::{LEASE, ManualClock, admitted, customer, opening, record, turn};
use crate::ports::{Clock, Closing, Conversations, Opened, Ticket};
use crate::turn::Turn;
use crate::{Caller, CustomerId, Error, ErrorKind, PartnerId, SessionId, StaffId, TurnId, Vin};

/// Checks stores made by `make`, which must all see the same data: the second one plays the restarted process.
pub async fn check(make: impl Fn(Arc<dyn Clock>) -> Arc<dyn Conversations>) {
    let clock = Arc::new(ManualClock::default());
    let store = make(clock.clone());
    store.ready().await.expect("ready");
    a_closed_turn_is_read_back(&*store).await;
    a_repeat_gets_the_stored_record(&*store).await;
    a_key_belongs_to_one_body_and_one_caller(&*store).await;
    a_turn_in_progress_is_not_started_twice(&*store, &clock).await;
    sessions_belong_to_their_opener(&*store).await;
    concurrent_turns_lose_nothing(&store).await;
    simultaneous_openings_of_one_key_admit_one(&store).await;
    let restarted = make(clock);
    let kept = restarted.transcript(&id("read-back"), &customer("ada")).await.expect("kept over a restart");
    assert_eq!(kept.turns.len(), 2);
}

async fn a_closed_turn_is_read_back(store: &dyn Conversations) {
    let ada = customer("ada");
    let first = turn("read-back-1", "read-back", &ada, "hello");
    let ticket = admitted(store.open(&opening(&first, "read-back-1")).await);
    assert!(ticket.history.is_empty());
    assert_eq!(close(store, &ticket, &first, "good day").await.expect("closes"), 1);

    let second = turn("read-back-2", "read-back", &ada, "and now?");
    let ticket = admitted(store.open(&opening(&second, "read-back-2")).await);
    assert_eq!(ticket.history, [record(&first, "good day").exchange()]);
    assert_eq!(close(store, &ticket, &second, "later").await.expect("closes"), 2);

    let transcript = store.transcript(&id("read-back"), &ada).await.expect("a transcript");
    assert_eq!(transcript.turns, [record(&first, "good day"), record(&second, "later")]);
    let one = store.turn(&id("read-back"), &second.id, &ada).await.expect("one turn");
    assert_eq!(one, record(&second, "later"));
    let nothing = store.turn(&id("read-back"), &TurnId::new("unknown").unwrap(), &ada).await;
    assert_eq!(nothing.unwrap_err().kind, ErrorKind::NotFound);
}

async fn a_repeat_gets_the_stored_record(store: &dyn Conversations) {
    let ada = customer("ada");
    let first = turn("repeat-1", "repeat", &ada, "hello");
    let ticket = admitted(store.open(&opening(&first, "repeat")).await);
    close(store, &ticket, &first, "good day").await.expect("closes");

    let again = turn("repeat-2", "repeat", &ada, "hello");
    match store.open(&opening(&again, "repeat")).await.expect("a repeat") {
        Opened::Repeat(stored) => assert_eq!(*stored, record(&first, "good day")),
        Opened::New(_) => panic!("a repeat must not be answered again"),
    }
    let twice = close(store, &ticket, &first, "good day").await;
    assert_eq!(twice.unwrap_err().kind, ErrorKind::Conflict, "a turn closes once");
    assert_eq!(store.transcript(&id("repeat"), &ada).await.unwrap().turns.len(), 1);
}

async fn a_key_belongs_to_one_body_and_one_caller(store: &dyn Conversations) {
    let (ada, ben) = (customer("ada"), customer("ben"));
    let first = turn("body-1", "body", &ada, "hello");
    let ticket = admitted(store.open(&opening(&first, "body")).await);
    close(store, &ticket, &first, "good day").await.expect("closes");

    let other = turn("body-2", "body", &ada, "something else");
    let error = store.open(&opening(&other, "body")).await.unwrap_err();
    assert_eq!((error.kind, error.field.as_deref()), (ErrorKind::Invalid, Some("Idempotency-Key")));
    let bens = turn("body-3", "body-of-ben", &ben, "hello");
    admitted(store.open(&opening(&bens, "body")).await);
}

async fn a_turn_in_progress_is_not_started_twice(store: &dyn Conversations, clock: &ManualClock) {
    let ada = customer("ada");
    let (first, second) = (turn("lease-1", "lease", &ada, "hello"), turn("lease-2", "lease", &ada, "hello"));
    let lost = admitted(store.open(&opening(&first, "lease")).await);
    let error = store.open(&opening(&second, "lease")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert!(error.retry_after.is_some_and(|wait| wait <= LEASE && !wait.is_zero()), "{error:?}");

    clock.advance(LEASE + Duration::from_secs(1));
    let taken = admitted(store.open(&opening(&second, "lease")).await);
    let late = close(store, &lost, &first, "from the dead").await;
    assert_eq!(late.unwrap_err().kind, ErrorKind::Conflict, "a lost lease cannot close");
    close(store, &taken, &second, "alive").await.expect("the new holder closes");
    assert_eq!(store.transcript(&id("lease"), &ada).await.unwrap().turns, [record(&second, "alive")]);
}

async fn sessions_belong_to_their_opener(store: &dyn Conversations) {
    let ada = customer("ada");
    let first = turn("owner-1", "owner", &ada, "hello");
    let ticket = admitted(store.open(&opening(&first, "owner-1")).await);
    close(store, &ticket, &first, "good day").await.expect("closes");
    let namesakes = [
        Caller::Vehicle { customer: CustomerId::new("ada").unwrap(), vin: None },
        Caller::Vehicle {
            customer: CustomerId::new("ada").unwrap(),
            vin: Some(Vin::new("WVELDRA0000000001").unwrap()),
        },
        Caller::Operator(StaffId::new("ada").unwrap()),
        Caller::Admin(StaffId::new("ada").unwrap()),
        Caller::Partner(PartnerId::new("ada").unwrap()),
    ];
    for (n, namesake) in namesakes.iter().enumerate() {
        // The key that Ada's turn has: each of them has keys and sessions of their own.
        let own = turn(&format!("owner-of-{n}"), &format!("owner-of-{n}"), namesake, "hello");
        let ticket = admitted(store.open(&opening(&own, "owner-1")).await);
        close(store, &ticket, &own, "good day").await.expect("closes");
        assert_eq!(store.turn(&own.session, &own.id, namesake).await.expect("their own"), record(&own, "good day"));
        assert_eq!(store.transcript(&own.session, &ada).await.unwrap_err().kind, ErrorKind::NotFound);
    }
    for stranger in namesakes.into_iter().chain([customer("ben"), Caller::Anonymous]) {
        let theirs = turn("owner-2", "owner", &stranger, "hello");
        assert_eq!(store.open(&opening(&theirs, "owner-2")).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(store.transcript(&id("owner"), &stranger).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(store.turn(&id("owner"), &first.id, &stranger).await.unwrap_err().kind, ErrorKind::NotFound);
    }
    let missing = store.transcript(&id("never-opened"), &ada).await;
    assert_eq!(missing.unwrap_err().kind, ErrorKind::NotFound);
}

async fn concurrent_turns_lose_nothing(store: &Arc<dyn Conversations>) {
    let ada = customer("ada");
    let numbers = join_all((0..64).map(|n| {
        let (store, ada) = (store.clone(), ada.clone());
        async move {
            let one = turn(&format!("many-{n}"), "many", &ada, "hello");
            let ticket = admitted(store.open(&opening(&one, &format!("many-{n}"))).await);
            close(&*store, &ticket, &one, &format!("reply {n}")).await.expect("closes")
        }
    }))
    .await;
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (1..=64).collect::<Vec<_>>(), "each number is given once");
    let stored = store.transcript(&id("many"), &ada).await.expect("a transcript");
    for (n, number) in numbers.iter().enumerate() {
        assert_eq!(stored.turns[*number as usize - 1].reply.text, format!("reply {n}"));
    }
}

async fn simultaneous_openings_of_one_key_admit_one(store: &Arc<dyn Conversations>) {
    let outcomes =
        join_all(
            (0..32).map(|n| {
                let store = store.clone();
                async move {
                    store.open(&opening(&turn(&format!("race-{n}"), "race", &customer("ada"), "hello"), "race")).await
                }
            }),
        )
        .await;
    let admitted = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Opened::New(_)))).count();
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(e) if e.kind == ErrorKind::Conflict)).count();
    assert_eq!((admitted, refused), (1, 31));
}

async fn close(store: &dyn Conversations, ticket: &Ticket, turn: &Turn, reply: &str) -> Result<u64, Error> {
    store.close(Closing { ticket, record: &record(turn, reply) }).await
}

fn id(session: &str) -> SessionId {
    SessionId::new(session).unwrap()
}
