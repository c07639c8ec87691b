//! What every store of what was learned promises: all of a lesson or nothing, each turn once, nothing lost between two.

use std::sync::Arc;
use std::time::Duration;

use contract::ports::Clock;
use contract::testing::{ManualClock, customer, record, turn};
use contract::{Card, ErrorKind, Result, Stage};
use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Closed, Count, Hour, Learned, Learner, Lesson, Note, Notes, study};

/// Any hour will do.
const HOUR: Hour = Hour(496_000);

/// Checks stores made by `make`, which must all see the same data: the second one plays another process. The store has
/// learned nothing yet.
pub async fn check(make: impl Fn(Arc<dyn Clock>) -> Arc<dyn Learned>) {
    let clock = Arc::new(ManualClock::default());
    let (store, other) = (make(clock.clone()), make(clock.clone()));
    store.ready().await.expect("ready");
    a_mark_is_kept_once(&*store).await;
    a_note_that_has_moved_is_not_overwritten(&*store, clock.now()).await;
    all_of_a_lesson_or_nothing(&*store, clock.now()).await;
    counts_add_up(&*store).await;
    a_large_lesson_is_kept_whole(&*store, clock.now()).await;
    the_last_keys_come_first(&*store, clock.now()).await;
    what_has_expired_is_gone(&*store, &clock).await;
    a_turn_that_is_told_again_counts_once(&*store).await;
    two_processes_lose_and_double_nothing(&*store, &*other).await;
    let restarted = make(clock);
    assert_eq!(sum(&*restarted, "told").await, 3, "kept over a restart");
}

fn lesson(mark: &str) -> Lesson {
    Lesson { marks: vec![mark.to_owned()], ..Lesson::default() }
}

fn note(key: &str, version: u64, now: Timestamp, body: Value) -> Note {
    Note { key: key.to_owned(), owner: "ada".into(), version, expires: in_hours(now, 2), body }
}

fn in_hours(now: Timestamp, hours: u64) -> Timestamp {
    now.checked_add(Duration::from_secs(hours * 3_600)).unwrap()
}

fn count(hour: Hour, what: &str, about: &str) -> Count {
    Count { hour, what: what.to_owned(), about: about.to_owned() }
}

async fn refused(store: &dyn Learned, lesson: &Lesson) {
    assert_eq!(store.keep(lesson).await.expect_err("refused").kind, ErrorKind::Conflict);
}

/// What was counted of something, about everything, in all hours.
async fn sum(store: &dyn Learned, what: &str) -> i64 {
    let counts = store.counts(Hour(0)..Hour(1_000_000)).await.expect("counts");
    counts.iter().filter(|(count, _)| count.what == what).map(|(_, number)| number).sum()
}

async fn the_note(store: &dyn Learned, key: &str) -> Option<Note> {
    store.notes(&[key.to_owned(), "nobody/noted/this".into()]).await.expect("notes").pop()
}

async fn a_mark_is_kept_once(store: &dyn Learned) {
    store.keep(&lesson("once/1")).await.expect("kept");
    let both = Lesson { marks: vec!["once/2".into(), "once/1".into()], ..Lesson::default() };
    refused(store, &both).await;
    let known = store.marked(&["once/1".into(), "once/2".into(), "once/3".into()]).await.expect("marks");
    assert_eq!(known, ["once/1"]);
    assert!(store.marked(&[]).await.expect("no marks").is_empty());
}

async fn a_note_that_has_moved_is_not_overwritten(store: &dyn Learned, now: Timestamp) {
    let with = |mark: &str, version, body| Lesson { notes: vec![note("moved/it", version, now, body)], ..lesson(mark) };
    refused(store, &with("moved/0", 1, json!(0))).await;
    store.keep(&with("moved/1", 0, json!({ "said": "ä" }))).await.expect("a new note");
    let first = the_note(store, "moved/it").await.expect("noted");
    assert_eq!(first, Note { version: first.version, ..note("moved/it", 0, now, json!({ "said": "ä" })) });
    assert!(first.version > 0, "a note that is there has a version");

    refused(store, &with("moved/2", 0, json!(2))).await;
    store.keep(&with("moved/2", first.version, json!(2))).await.expect("changed");
    let second = the_note(store, "moved/it").await.expect("noted");
    assert!(second.version != first.version && second.body == json!(2), "{second:?}");
    refused(store, &with("moved/3", first.version, json!(3))).await;
    assert_eq!(the_note(store, "moved/it").await, Some(second));
}

async fn all_of_a_lesson_or_nothing(store: &dyn Learned, now: Timestamp) {
    let stale = vec![note("whole/new", 0, now, json!(1)), note("moved/it", 0, now, json!(1))];
    let counts = vec![(count(HOUR, "whole", ""), 1)];
    refused(store, &Lesson { counts, notes: stale, ..lesson("whole/1") }).await;
    assert_eq!(sum(store, "whole").await, 0);
    assert_eq!(the_note(store, "whole/new").await, None);
    assert!(store.marked(&["whole/1".into()]).await.expect("marks").is_empty());
}

async fn counts_add_up(store: &dyn Learned) {
    let (next, after) = (Hour(HOUR.0 + 1), Hour(HOUR.0 + 2));
    let first = vec![(count(HOUR, "sum", ""), 2), (count(HOUR, "sum", "channel=web"), 7), (count(next, "sum", ""), 5)];
    store.keep(&Lesson { counts: first, ..lesson("sum/1") }).await.expect("kept");
    let second = vec![(count(HOUR, "sum", ""), -3), (count(after, "sum", ""), 11)];
    store.keep(&Lesson { counts: second, ..lesson("sum/2") }).await.expect("kept");
    let mut counts = store.counts(HOUR..after).await.expect("counts");
    counts.retain(|(count, _)| count.what == "sum");
    counts.sort();
    assert_eq!(
        counts,
        [(count(HOUR, "sum", ""), -1), (count(HOUR, "sum", "channel=web"), 7), (count(next, "sum", ""), 5)]
    );
    assert!(store.counts(HOUR..HOUR).await.expect("no hours").is_empty());
}

/// What a batch of turns teaches is more than one transaction of some stores can hold item by item.
async fn a_large_lesson_is_kept_whole(store: &dyn Learned, now: Timestamp) {
    let large = Lesson {
        marks: (0..50).map(|n| format!("large/{n:03}")).collect(),
        counts: (0..800).map(|n| (count(HOUR, "large", &format!("intent=i{n}")), n)).collect(),
        notes: (0..40).map(|n| note(&format!("large/{n:03}"), 0, now, json!(n))).collect(),
    };
    store.keep(&large).await.expect("kept");
    assert_eq!(sum(store, "large").await, (0..800).sum::<i64>());
    assert_eq!(store.marked(&large.marks).await.expect("marks").len(), 50);
    let keys: Vec<String> = large.notes.iter().map(|note| note.key.clone()).collect();
    assert_eq!(store.notes(&keys).await.expect("notes").len(), 40);
    refused(store, &large).await;
    assert_eq!(sum(store, "large").await, (0..800).sum::<i64>());
}

async fn the_last_keys_come_first(store: &dyn Learned, now: Timestamp) {
    let keys = ["listed/a/1", "listed/a/3", "listed/a/2", "listed/b/9"];
    let notes = keys.map(|key| note(key, 0, now, json!(key))).into();
    store.keep(&Lesson { notes, ..lesson("listed") }).await.expect("kept");
    let listed = async |prefix: &str, limit| {
        let notes = store.noted(prefix, limit).await.expect("noted");
        notes.into_iter().map(|note| note.key).collect::<Vec<_>>()
    };
    assert_eq!(listed("listed/a/", 9).await, ["listed/a/3", "listed/a/2", "listed/a/1"]);
    assert_eq!(listed("listed/", 2).await, ["listed/b/9", "listed/a/3"]);
    assert!(listed("listed/c/", 9).await.is_empty());
}

async fn what_has_expired_is_gone(store: &dyn Learned, clock: &ManualClock) {
    let now = clock.now();
    let soon = Note { expires: in_hours(now, 1), ..note("gone/soon", 0, now, json!(1)) };
    let late = Note { expires: in_hours(now, 9), ..note("gone/late", 0, now, json!(1)) };
    store.keep(&Lesson { notes: vec![soon.clone(), late.clone()], ..lesson("gone/1") }).await.expect("kept");
    clock.advance(Duration::from_secs(2 * 3_600));
    assert_eq!(the_note(store, "gone/soon").await, None);
    assert!(the_note(store, "gone/late").await.is_some());
    assert_eq!(store.noted("gone/", 9).await.expect("noted").len(), 1);

    let version = 1;
    refused(store, &Lesson { notes: vec![Note { version, ..soon.clone() }], ..lesson("gone/2") }).await;
    let again = Note { expires: in_hours(clock.now(), 1), ..soon };
    store.keep(&Lesson { notes: vec![again], ..lesson("gone/2") }).await.expect("as if it had never been");
    assert!(the_note(store, "gone/soon").await.is_some());
}

/// Counts every turn, and notes how many there were and which was the last.
struct Teller;

impl Learner for Teller {
    fn card(&self) -> Card {
        Card { name: "teller", purpose: "tells", stage: Stage::Learn, budget: Duration::from_secs(1) }
    }

    fn needs(&self, _closed: &Closed) -> Vec<String> {
        vec!["teller/all".into()]
    }

    fn learn(&self, closed: &Closed, notes: &mut Notes) -> Result<()> {
        let so_far = notes.get::<u64>("teller/all")?.unwrap_or_default();
        notes.count(HOUR, if closed.number == 1 { "told" } else { "raced" }, "", 1);
        notes.put("teller/all", "", in_hours(closed.record.closed, 1_000), &(so_far + 1))
    }
}

fn closed(id: &str, number: u64) -> Closed {
    Closed { position: number, number, record: record(&turn(id, "told", &customer("ada"), "hello"), "good day") }
}

async fn a_turn_that_is_told_again_counts_once(store: &dyn Learned) {
    let (first, second, third) = (closed("told-1", 1), closed("told-2", 1), closed("told-3", 1));
    assert_eq!(study(store, &Teller, &[first.clone(), second.clone()]).await.expect("studied"), 2);
    assert_eq!(study(store, &Teller, &[first.clone(), second.clone()]).await.expect("studied"), 0);
    assert_eq!(study(store, &Teller, &[second, third.clone(), third, first]).await.expect("studied"), 1);
    assert_eq!(sum(store, "told").await, 3);
    assert_eq!(the_note(store, "teller/all").await.map(|note| note.body), Some(json!(3)));
}

/// Both are told the same turns in their own order, again and again until nothing is left: no turn is lost, none counts twice.
async fn two_processes_lose_and_double_nothing(store: &dyn Learned, other: &dyn Learned) {
    let turns: Vec<Closed> = (0..24).map(|n| closed(&format!("raced-{n}"), 2)).collect();
    let tell = async |store: &dyn Learned, backwards: bool| {
        let mut chunks: Vec<&[Closed]> = turns.chunks(3).collect();
        if backwards {
            chunks.reverse();
        }
        for chunk in chunks {
            // Others may be quicker more often than one study tries: then the same turns are told again.
            while let Err(error) = study(store, &Teller, chunk).await {
                assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
            }
        }
    };
    join_all([tell(store, false), tell(other, true)]).await;
    assert_eq!(sum(store, "raced").await, 24);
    assert_eq!(the_note(other, "teller/all").await.map(|note| note.body), Some(json!(27)));
}
