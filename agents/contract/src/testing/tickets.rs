//! What every store of tickets promises: once, in time, and as whom it was given to.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use super::{ManualClock, customer};
use crate::Caller;
use crate::ports::{Clock, TicketHash, Tickets};

/// How long the tickets of this suite hold.
const MINUTE: Duration = Duration::from_secs(60);
/// How many show one ticket at once.
const CROWD: usize = 32;

/// Checks stores made by `make`, which judge expiry by the clock that they are given.
pub async fn check(make: impl Fn(Arc<dyn Clock>) -> Arc<dyn Tickets>) {
    let clock = Arc::new(ManualClock::default());
    let store = make(clock.clone());
    store.ready().await.expect("ready");
    a_ticket_lets_in_once_as_whom_it_was_given_to(&*store, &clock).await;
    of_many_who_show_it_at_once_one_comes_in(&*store, &clock).await;
    an_expired_ticket_lets_nobody_in(&*store, &clock).await;
}

async fn a_ticket_lets_in_once_as_whom_it_was_given_to(store: &dyn Tickets, clock: &ManualClock) {
    let callers = [customer("ada"), Caller::Anonymous];
    for (number, caller) in callers.iter().enumerate() {
        keep(store, clock, &format!("once-{number}"), caller).await;
    }
    for (number, caller) in callers.into_iter().enumerate() {
        let ticket = format!("once-{number}");
        assert_eq!(redeem(store, &ticket).await, Some(caller));
        assert_eq!(redeem(store, &ticket).await, None, "{ticket} was used before");
    }
    assert_eq!(redeem(store, "never-given").await, None);
}

async fn of_many_who_show_it_at_once_one_comes_in(store: &dyn Tickets, clock: &ManualClock) {
    keep(store, clock, "crowd", &customer("ada")).await;
    let outcomes = join_all((0..CROWD).map(|_| redeem(store, "crowd"))).await;
    let entered: Vec<Caller> = outcomes.into_iter().flatten().collect();
    assert_eq!(entered, [customer("ada")]);
}

async fn an_expired_ticket_lets_nobody_in(store: &dyn Tickets, clock: &ManualClock) {
    for ticket in ["in-time", "late"] {
        keep(store, clock, ticket, &customer("ada")).await;
    }
    clock.advance(MINUTE - Duration::from_millis(1));
    assert_eq!(redeem(store, "in-time").await, Some(customer("ada")));
    clock.advance(Duration::from_millis(1));
    assert_eq!(redeem(store, "late").await, None);
}

async fn keep(store: &dyn Tickets, clock: &ManualClock, ticket: &str, caller: &Caller) {
    let expires = clock.now().checked_add(MINUTE).unwrap();
    store.keep(&TicketHash(ticket.into()), caller, expires).await.expect("kept");
}

async fn redeem(store: &dyn Tickets, ticket: &str) -> Option<Caller> {
    store.redeem(&TicketHash(ticket.into())).await.expect("an answer")
}
