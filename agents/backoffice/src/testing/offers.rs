//! What every store of shown offers promises: nothing is forgotten too early, nothing passes a bound, nobody sees another's.

use contract::testing::access;
use contract::{Access, SessionId, TurnId};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::Offers;
use crate::offers::{Bound, KEPT_DAYS, Shown};

/// How many turns show the same offer at once.
const CROWD: usize = 24;

/// Checks a store that holds nothing yet.
pub async fn check(store: &dyn Offers) {
    store.ready().await.expect("ready");
    what_was_shown_is_found_newest_first(store).await;
    a_turn_shows_an_offer_once(store).await;
    no_bound_is_passed(store).await;
    of_many_at_once_no_more_pass_than_allowed(store).await;
    nobody_sees_or_counts_for_another(store).await;
}

async fn what_was_shown_is_found_newest_first(store: &dyn Offers) {
    let ada = access("offers-order");
    let old = now().checked_sub(SignedDuration::from_hours(24 * (KEPT_DAYS - 1))).unwrap();
    assert!(shown(store, &ada, old).await.is_empty());
    // In another order than they are found in.
    for (offer, turn, at) in [("winter", "order-2", now()), ("care", "order-1", old)] {
        assert!(store.show(&ada, &showing(offer, "s", turn, at), &[]).await.expect("noted"));
    }
    let found: Vec<String> = shown(store, &ada, old).await.into_iter().map(|past| past.offer).collect();
    assert_eq!(found, ["winter", "care"]);
    assert_eq!(shown(store, &ada, now()).await, [showing("winter", "s", "order-2", now())]);
}

async fn a_turn_shows_an_offer_once(store: &dyn Offers) {
    let ada = access("offers-once");
    let once = [bound(None, None, now(), 1)];
    let first = showing("winter", "s", "once-1", now());
    for _ in 0..3 {
        assert!(store.show(&ada, &first, &once).await.expect("the same again"), "it was shown already");
    }
    assert_eq!(shown(store, &ada, now()).await, [first]);
}

async fn no_bound_is_passed(store: &dyn Offers) {
    let ada = access("offers-bounds");
    let hour = SignedDuration::from_hours(1);
    let (before, later) = (now().checked_sub(hour).unwrap(), now().checked_add(hour).unwrap());
    assert!(store.show(&ada, &showing("winter", "first", "bounds-1", now()), &[]).await.expect("noted"));
    let cases = [
        ("another offer", bound(Some("care"), None, before, 1), "care", true),
        ("this offer", bound(Some("winter"), None, before, 1), "winter", false),
        ("another conversation", bound(None, Some("second"), before, 1), "care", true),
        ("this conversation", bound(None, Some("first"), before, 1), "care", false),
        ("since then", bound(Some("winter"), None, later, 1), "winter", true),
        ("twice", bound(Some("winter"), None, before, 3), "winter", true),
        ("never", bound(None, None, before, 0), "care", false),
    ];
    for (case, bound, offer, passes) in cases {
        let turn = format!("bounds-{}", case.replace(' ', "-"));
        // Far from every bound's conversation, so that only the one shown first is counted there.
        let next = showing(offer, "elsewhere", &turn, now());
        let passed = store.show(&ada, &next, std::slice::from_ref(&bound)).await.expect("judged");
        assert_eq!(passed, passes, "{case}");
        assert_eq!(
            shown(store, &ada, before).await.contains(&next),
            passes,
            "{case}: what passes is kept, nothing else"
        );
    }
    let both = [bound(None, None, before, 99), bound(None, None, before, 1)];
    assert!(!store.show(&ada, &showing("care", "s", "bounds-both", now()), &both).await.expect("judged"));
}

async fn of_many_at_once_no_more_pass_than_allowed(store: &dyn Offers) {
    let ada = access("offers-crowd");
    let bounds = [bound(Some("winter"), None, now(), 2)];
    let all = (0..CROWD).map(|n| {
        let (ada, bounds) = (&ada, &bounds);
        async move { store.show(ada, &showing("winter", "s", &format!("crowd-{n}"), now()), bounds).await }
    });
    let outcomes = join_all(all).await;
    // A store may ask to come again; it may not let a third one in.
    let passed = outcomes.iter().filter(|outcome| matches!(outcome, Ok(true))).count();
    assert!((1..=2).contains(&passed), "{outcomes:?}");
    assert_eq!(shown(store, &ada, now()).await.len(), passed);
}

async fn nobody_sees_or_counts_for_another(store: &dyn Offers) {
    let (ada, ben) = (access("offers-ada"), access("offers-ben"));
    let once = [bound(None, None, now(), 1)];
    assert!(store.show(&ada, &showing("winter", "s", "theirs", now()), &once).await.expect("noted"));
    assert!(shown(store, &ben, now()).await.is_empty());
    assert!(store.show(&ben, &showing("winter", "s", "theirs", now()), &once).await.expect("noted"));
    assert_eq!(shown(store, &ada, now()).await.len(), 1);
}

fn now() -> Timestamp {
    "2026-11-28T09:00:00Z".parse().unwrap()
}

fn showing(offer: &str, session: &str, turn: &str, at: Timestamp) -> Shown {
    let (session, turn) = (SessionId::new(session).unwrap(), TurnId::new(turn).unwrap());
    Shown { offer: offer.into(), session, turn, at }
}

fn bound(offer: Option<&str>, session: Option<&str>, since: Timestamp, most: usize) -> Bound {
    let session = session.map(|session| SessionId::new(session).unwrap());
    Bound { rule: "tested".into(), offer: offer.map(Into::into), session, since, most }
}

async fn shown(store: &dyn Offers, access: &Access, since: Timestamp) -> Vec<Shown> {
    store.shown(access, since).await.expect("what was shown")
}
