//! What every audit trail promises: entries stay as they were noted, in their order, and who tampers with them is noticed.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::ErrorKind;
use crate::ports::{AuditEntry, AuditTrail};

/// How many entries are noted at once.
const CROWD: usize = 24;

/// Checks a trail that is empty at first; each call of `open` opens it again, as after a restart or in another process.
pub async fn check(open: impl AsyncFn() -> Arc<dyn AuditTrail>) {
    let trail = open().await;
    trail.ready().await.expect("ready");
    assert_eq!(trail.day(day("2026-11-28")).await.expect("an empty day"), []);
    entries_are_told_by_day_in_their_order(&*trail).await;
    of_many_at_once_none_is_lost(&*trail, &*open().await).await;
    let again = open().await;
    assert_eq!(again.day(day("2026-11-28")).await.expect("after a restart").len(), 3);
    again.note(&entry("2026-11-28T12:00:00Z", "late")).await.expect("noted after a restart");
    assert_eq!(acts(&*trail, "2026-11-28").await.last().map(String::as_str), Some("late"));
}

async fn entries_are_told_by_day_in_their_order(trail: &dyn AuditTrail) {
    let subject = AuditEntry { subject: None, ..entry("2026-11-28T23:59:59.999999999Z", "last") };
    let all = [
        entry("2026-11-27T23:59:59Z", "day-before"),
        entry("2026-11-28T00:00:00Z", "first"),
        // Noted as they came, even where a clock was set back meanwhile.
        entry("2026-11-28T09:00:00.5Z", "next"),
        entry("2026-11-29T00:00:00Z", "day-after"),
        subject.clone(),
    ];
    for entry in &all {
        trail.note(entry).await.expect("noted");
    }
    assert_eq!(trail.day(day("2026-11-28")).await.expect("a day"), [all[1].clone(), all[2].clone(), subject]);
    assert_eq!(acts(trail, "2026-11-27").await, ["day-before"]);
    assert_eq!(acts(trail, "2026-11-29").await, ["day-after"]);
    assert_eq!(acts(trail, "2026-11-30").await, Vec::<String>::new());
}

async fn of_many_at_once_none_is_lost(trail: &dyn AuditTrail, other: &dyn AuditTrail) {
    let note = |number: usize| {
        let trail = if number.is_multiple_of(2) { trail } else { other };
        async move { trail.note(&entry("2026-12-01T08:00:00Z", &format!("at-once-{number}"))).await }
    };
    for outcome in join_all((0..CROWD).map(note)).await {
        outcome.expect("noted");
    }
    let (here, there) = (acts(trail, "2026-12-01").await, acts(other, "2026-12-01").await);
    assert_eq!(here, there, "everybody sees one order");
    assert_eq!(here.iter().collect::<BTreeSet<_>>().len(), CROWD);
    assert_eq!(here.len(), CROWD);
}

/// What somebody may do to a stored trail who reaches it past the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tampering {
    /// The second entry says something else.
    Changed,
    /// The second entry is gone.
    Removed,
    /// The first two entries have changed places.
    Swapped,
}

/// Checks that tampering is noticed. `tampered` notes the entries in a fresh trail and then tampers with what is stored, or
/// does not.
pub async fn tampering(tampered: impl AsyncFn(&[AuditEntry], Option<Tampering>) -> Arc<dyn AuditTrail>) {
    let at = ["2026-11-28T08:00:00Z", "2026-11-28T09:00:00Z", "2026-11-28T10:00:00Z"];
    let entries = at.map(|at| entry(at, &format!("act-at-{at}")));
    let untouched = tampered(&entries, None).await;
    assert_eq!(untouched.day(day("2026-11-28")).await.expect("a good trail"), entries);
    for how in [Tampering::Changed, Tampering::Removed, Tampering::Swapped] {
        let outcome = tampered(&entries, Some(how)).await.day(day("2026-11-28")).await;
        assert_eq!(outcome.expect_err("noticed").kind, ErrorKind::Internal, "{how:?}");
    }
}

async fn acts(trail: &dyn AuditTrail, of: &str) -> Vec<String> {
    trail.day(day(of)).await.expect("a day").into_iter().map(|entry| entry.act).collect()
}

fn entry(at: &str, act: &str) -> AuditEntry {
    let at: Timestamp = at.parse().expect("a time");
    AuditEntry {
        at,
        actor: "operator~kim".into(),
        act: act.into(),
        subject: Some("case-1".into()),
        outcome: "done".into(),
    }
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}
