//! What every customer store promises.

use std::collections::HashSet;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::access;
use crate::ports::Customers;
use crate::profile::{MOST_MEMORIES, Memory, MemoryKind, Profile};
use crate::{Access, ErrorKind, SessionId};

/// How many turns of one customer end at once.
const CROWD: usize = 16;

/// Checks a store that holds exactly `known`, which are two customers at least, none of whom it remembers anything of. It leaves
/// it as it found it.
pub async fn check(store: &dyn Customers, known: &[Profile]) {
    store.ready().await.expect("ready");
    for profile in known {
        assert_eq!(&of(store, &access(profile.customer.as_str())).await, profile);
    }
    assert_eq!(store.profile(&access("nobody-at-all")).await.unwrap_err().kind, ErrorKind::NotFound);
    let (one, other) = (access(known[0].customer.as_str()), access(known[1].customer.as_str()));
    what_is_remembered_again_takes_its_own_place(store, &one).await;
    one_conversation_or_all_are_forgotten(store, &one).await;
    the_oldest_make_room(store, &one).await;
    of_many_at_once_none_is_lost(store, &one).await;
    nobody_remembers_or_forgets_for_another(store, &one, &other).await;
    consent_is_given_and_withdrawn_alone(store, &one).await;
    for profile in known {
        assert_eq!(&of(store, &access(profile.customer.as_str())).await, profile, "as it was");
    }
}

async fn what_is_remembered_again_takes_its_own_place(store: &dyn Customers, ada: &Access) {
    let again = Memory { at: moment(5), ..memory("s", 1, "tea") };
    let other_kind = Memory { kind: MemoryKind::Open, ..memory("s", 2, "tea") };
    let all = [memory("s", 1, "tea"), other_kind.clone(), memory("t", 3, "tea"), memory("s", 4, "milk")];
    store.remember(ada, &all).await.expect("remembered");
    store.remember(ada, std::slice::from_ref(&again)).await.expect("remembered again");
    store.remember(ada, &[]).await.expect("nothing is remembered");
    let expected = [again, memory("s", 4, "milk"), memory("t", 3, "tea"), other_kind];
    assert_eq!(of(store, ada).await.memories, expected, "newest first, each once");
    store.forget(ada, None).await.expect("forgotten");
}

async fn one_conversation_or_all_are_forgotten(store: &dyn Customers, ada: &Access) {
    store.forget(ada, Some(&session("never"))).await.expect("nothing to forget");
    store.remember(ada, &[memory("s", 1, "a"), memory("t", 2, "b"), memory("s", 3, "c")]).await.expect("remembered");
    store.forget(ada, Some(&session("s"))).await.expect("forgotten");
    assert_eq!(of(store, ada).await.memories, [memory("t", 2, "b")]);
    store.forget(ada, None).await.expect("forgotten");
    assert_eq!(of(store, ada).await.memories, []);
}

async fn the_oldest_make_room(store: &dyn Customers, ada: &Access) {
    // Each in a call of its own and then many in one: the bound holds however they come.
    for second in 0..MOST_MEMORIES + 3 {
        let text = format!("matter {second}");
        store.remember(ada, &[memory(&format!("room-{second}"), second, &text)]).await.expect("remembered");
    }
    let more: Vec<Memory> = (0..5).map(|n| memory("room-more", 100 + n, &format!("more {n}"))).collect();
    store.remember(ada, &more).await.expect("remembered");
    let kept = of(store, ada).await.memories;
    let newest =
        (0..5).rev().map(|n| format!("more {n}")).chain((0..MOST_MEMORIES + 3).rev().map(|n| format!("matter {n}")));
    assert_eq!(
        kept.iter().map(|memory| memory.text.clone()).collect::<Vec<_>>(),
        newest.take(MOST_MEMORIES).collect::<Vec<_>>()
    );
    store.forget(ada, None).await.expect("forgotten");
    assert_eq!(of(store, ada).await.memories, [], "what made room does not come back");
}

async fn of_many_at_once_none_is_lost(store: &dyn Customers, ada: &Access) {
    let all =
        (0..CROWD).map(|n| async move { store.remember(ada, &[memory(&format!("at-once-{n}"), n, "said")]).await });
    for outcome in join_all(all).await {
        outcome.expect("remembered");
    }
    let sessions: HashSet<SessionId> = of(store, ada).await.memories.into_iter().map(|memory| memory.session).collect();
    assert_eq!(sessions.len(), CROWD);
    store.forget(ada, None).await.expect("forgotten");
}

async fn nobody_remembers_or_forgets_for_another(store: &dyn Customers, ada: &Access, ben: &Access) {
    store.remember(ada, &[memory("shared", 1, "hers")]).await.expect("remembered");
    store.remember(ben, &[memory("shared", 2, "his")]).await.expect("remembered");
    assert_eq!(of(store, ben).await.memories, [memory("shared", 2, "his")]);
    store.forget(ben, None).await.expect("forgotten");
    assert_eq!(of(store, ada).await.memories, [memory("shared", 1, "hers")]);
    let stranger = access("nobody-at-all");
    let refused = [store.remember(&stranger, &[memory("s", 1, "a")]).await, store.forget(&stranger, None).await];
    assert!(refused.iter().all(|outcome| outcome.as_ref().is_err_and(|error| error.kind == ErrorKind::NotFound)));
    store.forget(ada, None).await.expect("forgotten");
}

async fn consent_is_given_and_withdrawn_alone(store: &dyn Customers, ada: &Access) {
    let before = of(store, ada).await;
    for agreed in [!before.consents.marketing, before.consents.marketing] {
        for _ in 0..2 {
            store.agree_to_offers(ada, agreed).await.expect("noted");
        }
        let mut expected = before.clone();
        expected.consents.marketing = agreed;
        assert_eq!(of(store, ada).await, expected);
    }
    let stranger = store.agree_to_offers(&access("nobody-at-all"), true).await;
    assert_eq!(stranger.unwrap_err().kind, ErrorKind::NotFound);
}

async fn of(store: &dyn Customers, access: &Access) -> Profile {
    store.profile(access).await.expect("a known customer")
}

fn memory(of: &str, second: usize, text: &str) -> Memory {
    Memory { session: session(of), at: moment(second), kind: MemoryKind::Preference, text: text.into() }
}

fn session(id: &str) -> SessionId {
    SessionId::new(id).unwrap()
}

fn moment(second: usize) -> Timestamp {
    let begin: Timestamp = "2026-11-28T09:00:00Z".parse().unwrap();
    begin.checked_add(SignedDuration::from_secs(second.try_into().unwrap())).unwrap()
}
