//! What every store that keeps something of persons promises: it shows all of it, and erases all of it and nothing else.

use futures::future::join_all;
use serde_json::Value;

use super::{LEASE, ManualClock, admitted, customer, opening, record, turn};
use crate::ports::{Barring, Closing, Conversations, Opened, PersonalData};
use crate::{Access, Caller, CustomerId, ErrorKind, Result, Vin};

/// How many ask for the same erasure at once.
const CROWD: usize = 8;

/// Checks a store that keeps nothing yet of the customers `ada` and `ben`. `plant` keeps something of a caller that holds this
/// word, as the product would, and returns the text by which it is found in an export (mostly the word). Pieces of `ben` stay.
pub async fn check(store: &dyn PersonalData, plant: impl AsyncFn(&Caller, &str) -> String) {
    assert!(!store.store().is_empty(), "a receipt names it");
    let (ada, ben) = (customer("ada"), customer("ben"));
    let (of_ada, of_ben) = (ada.access().expect("a customer"), ben.access().expect("a customer"));
    assert_eq!(shown(store, &of_ada).await, Vec::<Value>::new(), "nothing is kept yet");
    assert_eq!(erased(store, &of_ada).await, 0, "so nothing is erased");

    let canary = plant(&ben, "canary-of-ben").await;
    let before = shown(store, &of_ben).await;
    holds(&before, &[canary]);
    // Twice: who was erased may come back as somebody new.
    for round in ["first", "second"] {
        let canaries = planted(&plant, &ada, round).await;
        let pieces = shown(store, &of_ada).await;
        holds(&pieces, &canaries);
        assert!(!written(&pieces).contains("canary-of-ben"), "another's is not shown: {pieces:?}");
        let counts = join_all((0..CROWD).map(|_| erased(store, &of_ada))).await;
        assert!(counts.iter().sum::<u64>() > 0, "the pieces are counted");
        assert_eq!(erased(store, &of_ada).await, 0, "what is erased is erased once");
        assert_eq!(shown(store, &of_ada).await, Vec::<Value>::new(), "nothing is left");
        assert_eq!(shown(store, &of_ben).await, before, "nobody else's was touched");
    }
}

/// Plants as the customer, and as their cars: whatever those brought is the customer's too.
async fn planted(plant: &impl AsyncFn(&Caller, &str) -> String, ada: &Caller, round: &str) -> Vec<String> {
    let owner: &CustomerId = ada.customer().expect("a customer");
    let vin = Vin::new("WVELDRA0000000009").expect("a VIN");
    let car = |vin| Caller::Vehicle { customer: owner.clone(), vin };
    let callers = [ada.clone(), car(None), car(Some(vin))];
    let mut canaries = Vec::new();
    for (number, caller) in callers.iter().enumerate() {
        canaries.push(plant(caller, &format!("canary-{round}-{number}")).await);
    }
    canaries
}

/// Checks that a store of conversations keeps who is being erased out, and lets no turn close that was opened before. `clock` is
/// what the store tells time by, and `other` is the same store in another process.
pub async fn barring<S: Conversations + Barring + PersonalData>(store: &S, other: &S, clock: &ManualClock) {
    let (ada, ben) = (customer("ada"), customer("ben"));
    let of_ada = ada.access().expect("a customer");
    let car = Caller::Vehicle { customer: of_ada.customer().clone(), vin: None };
    let open = async |store: &S, caller: &Caller, id: &str| -> Result<Opened> {
        store.open(&opening(&turn(id, &format!("s-{id}"), caller, "hello"), id)).await
    };
    let before = turn("before", "s-before", &ada, "hello");
    let ticket = admitted(store.open(&opening(&before, "before")).await);
    store.bar(&of_ada, LEASE).await.expect("barred");
    let twice = other.bar(&of_ada, LEASE).await.expect_err("barred already");
    assert_eq!((twice.kind, twice.retry_after.is_some()), (ErrorKind::Conflict, true));
    for (number, caller) in [&ada, &car].into_iter().enumerate() {
        let refused = open(other, caller, &format!("barred-{number}")).await.expect_err("kept out");
        assert_eq!(refused.kind, ErrorKind::Conflict);
        assert!(refused.retry_after.is_some_and(|wait| wait <= LEASE), "{refused:?}");
    }
    admitted(open(store, &ben, "ben-goes-on").await);
    assert!(store.erase(&of_ada).await.expect("erased") > 0, "a turn that is not closed is a piece too");
    let closed = store.close(Closing { ticket: &ticket, record: &record(&before, "hello") }).await;
    assert_eq!(closed.expect_err("the turn was erased").kind, ErrorKind::Conflict);
    other.admit(&of_ada).await.expect("admitted");
    other.admit(&of_ada).await.expect("and again");
    admitted(open(store, &ada, "admitted").await);
    store.bar(&of_ada, LEASE).await.expect("barred");
    clock.advance(LEASE);
    admitted(open(store, &ada, "after-its-time").await);
    store.bar(&of_ada, LEASE).await.expect("a bar that ran out is none");
    store.admit(&of_ada).await.expect("admitted");
}

fn holds(pieces: &[Value], canaries: &[String]) {
    let text = written(pieces);
    let missing: Vec<_> = canaries.iter().filter(|canary| !text.contains(canary.as_str())).collect();
    assert!(!canaries.is_empty() && missing.is_empty(), "an export must hold {missing:?}: {text}");
}

fn written(pieces: &[Value]) -> String {
    serde_json::to_string(pieces).expect("JSON")
}

async fn shown(store: &dyn PersonalData, access: &Access) -> Vec<Value> {
    store.export(access).await.expect("shown")
}

async fn erased(store: &dyn PersonalData, access: &Access) -> u64 {
    store.erase(access).await.expect("erased")
}
