//! What every feed of closed turns promises: all of them, each at one place, in the order in which they were closed.

use std::sync::Arc;

use contract::Caller;
use contract::ports::{Closing, Conversations};
use contract::testing::{admitted, customer, opening, record, turn};
use futures::future::join_all;

use crate::{Closed, ClosedTurns};

/// A store of conversations, and the feed of what is closed there.
pub type Store = (Arc<dyn Conversations>, Arc<dyn ClosedTurns>);

/// Checks feeds made by `make`, which must all see the same data: the second one plays the restarted process. The store
/// has no turn yet.
pub async fn check(make: impl Fn() -> Store) {
    let (store, feed) = make();
    assert_eq!(feed.after(0, 10).await.expect("a feed"), []);
    turns_come_in_the_order_of_their_closing(&*store, &*feed).await;
    a_reader_goes_on_where_it_stopped(&*store, &*feed).await;
    concurrent_closings_are_all_told(&*store, &*feed).await;
    let (_, restarted) = make();
    assert_eq!(all(&*restarted).await, all(&*feed).await, "places stay over a restart");
}

async fn close(store: &dyn Conversations, id: &str, session: &str, caller: &Caller) {
    let one = turn(id, session, caller, "hello");
    let ticket = admitted(store.open(&opening(&one, id)).await);
    store.close(Closing { ticket: &ticket, record: &record(&one, "good day") }).await.expect("closes");
}

async fn all(feed: &dyn ClosedTurns) -> Vec<Closed> {
    feed.after(0, 1_000).await.expect("a feed")
}

fn ids(turns: &[Closed]) -> Vec<(&str, u64)> {
    turns.iter().map(|closed| (closed.record.turn.id.as_str(), closed.number)).collect()
}

async fn turns_come_in_the_order_of_their_closing(store: &dyn Conversations, feed: &dyn ClosedTurns) {
    let (first, second) =
        (turn("feed-1", "feed-a", &customer("ada"), "hello"), turn("feed-2", "feed-b", &customer("ben"), "hello"));
    let early = admitted(store.open(&opening(&first, "feed-1")).await);
    let late = admitted(store.open(&opening(&second, "feed-2")).await);
    assert_eq!(all(feed).await, [], "what is under way is not told");
    store.close(Closing { ticket: &late, record: &record(&second, "to Ben") }).await.expect("closes");
    store.close(Closing { ticket: &early, record: &record(&first, "to Ada") }).await.expect("closes");
    close(store, "feed-3", "feed-a", &customer("ada")).await;
    close(store, "feed-4", "feed-c", &Caller::Anonymous).await;
    let told = all(feed).await;
    assert_eq!(ids(&told), [("feed-2", 1), ("feed-1", 1), ("feed-3", 2), ("feed-4", 1)]);
    assert!(told.windows(2).all(|pair| pair[0].position < pair[1].position) && told[0].position > 0);
    assert_eq!((&told[0].record, &told[1].record), (&record(&second, "to Ben"), &record(&first, "to Ada")));
}

async fn a_reader_goes_on_where_it_stopped(store: &dyn Conversations, feed: &dyn ClosedTurns) {
    let first = feed.after(0, 3).await.expect("a feed");
    assert_eq!(first.len(), 3);
    let rest = feed.after(first[2].position, 3).await.expect("a feed");
    assert_eq!(ids(&rest), [("feed-4", 1)]);
    assert_eq!(feed.after(rest[0].position, 3).await.expect("a feed"), []);
    close(store, "feed-5", "feed-c", &Caller::Anonymous).await;
    assert_eq!(ids(&feed.after(rest[0].position, 3).await.expect("a feed")), [("feed-5", 2)]);
}

/// A reader who follows while many close misses none: no place is given that lies before one that was told already.
async fn concurrent_closings_are_all_told(store: &dyn Conversations, feed: &dyn ClosedTurns) {
    let before = all(feed).await.last().expect("turns").position;
    let ids: Vec<String> = (0..40).map(|n| format!("crowd-{n}")).collect();
    let ada = customer("ada");
    let closings = join_all(ids.iter().map(|id| close(store, id, "feed-crowd", &ada)));
    let follow = async {
        let (mut position, mut told) = (before, Vec::new());
        while told.len() < 40 {
            for closed in feed.after(position, 7).await.expect("a feed") {
                position = closed.position;
                told.push(closed);
            }
            futures::pending!();
        }
        told
    };
    let (_, told) = futures::join!(closings, followed(follow));
    let mut numbers: Vec<u64> = told.iter().map(|closed| closed.number).collect();
    assert_eq!(told.len(), 40);
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
}

/// Asks again whenever anything moves.
async fn followed<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|context| {
        let poll = work.as_mut().poll(context);
        if poll.is_pending() {
            context.waker().wake_by_ref();
        }
        poll
    })
    .await
}
