//! When a breaker opens, stays open and closes.

use contract::testing::{ManualClock, errand};
use contract::{CallOutcome, Usage};
use futures::StreamExt;

use super::*;
use crate::testing::{Scripted, Step, prompt};

const RULES: BreakerRules = BreakerRules {
    in_a_row: 3,
    percent: 75,
    at_least: 8,
    window: Duration::from_secs(10),
    lasting: Duration::ZERO,
    open: Duration::from_secs(5),
    silence: Duration::from_secs(1),
};

/// A breaker on a clock that a test moves, and the model behind it.
struct Bench {
    model: BreakerModel,
    inner: Arc<Scripted>,
    clock: Arc<ManualClock>,
}

impl Bench {
    fn of(scripts: Vec<Vec<Step>>) -> Self {
        Self::with(RULES, scripts)
    }

    fn with(rules: BreakerRules, scripts: Vec<Vec<Step>>) -> Self {
        let (inner, clock) = (Arc::new(Scripted::new("m", scripts)), Arc::new(ManualClock::default()));
        Self { model: BreakerModel::new(inner.clone(), clock.clone(), rules), inner, clock }
    }

    /// Calls, and hears so many deltas.
    async fn call(&self, take: usize) -> Option<ErrorKind> {
        match self.model.generate(&prompt(), &errand()).await {
            Ok(deltas) => {
                let heard: Vec<_> = deltas.take(take).collect().await;
                heard.into_iter().find_map(|delta| delta.err().map(|error| error.kind))
            }
            Err(error) => Some(error.kind),
        }
    }

    /// Begins a call, waits for so long, and leaves it.
    async fn leave(&self, after: Duration) {
        let deltas = self.model.generate(&prompt(), &errand()).await;
        self.clock.advance(after);
        drop(deltas);
    }

    async fn calls(&self, number: usize) -> usize {
        let before = self.inner.calls();
        for _ in 0..number {
            self.call(9).await;
        }
        self.inner.calls() - before
    }
}

fn speaks() -> Vec<Step> {
    vec![Step::Text("Hello."), Step::End(Usage::default())]
}

fn refuses(kind: ErrorKind) -> Vec<Step> {
    vec![Step::Refuse(kind)]
}

#[tokio::test]
async fn it_opens_after_failures_in_a_row_wherever_they_are() {
    let in_the_stream = vec![Step::Text("He"), Step::Fail(ErrorKind::Unavailable)];
    let bench = Bench::of(vec![refuses(ErrorKind::TimedOut), in_the_stream, refuses(ErrorKind::Internal), speaks()]);
    assert_eq!(bench.calls(3).await, 3);
    assert_eq!(bench.calls(5).await, 0);
    let error = bench.model.generate(&prompt(), &errand()).await.err().unwrap();
    assert_eq!((error.kind, error.retry_after), (ErrorKind::Unavailable, Some(RULES.open)));
    assert!(bench.model.ready().await.is_err());
}

#[tokio::test]
async fn a_success_in_between_keeps_it_closed() {
    let scripts = [refuses(ErrorKind::Internal), refuses(ErrorKind::Internal), speaks()];
    let bench = Bench::of(scripts.iter().cycle().take(7).cloned().collect());
    // Two of three fail, which is less than the share.
    assert_eq!(bench.calls(7).await, 7);
    assert!(bench.model.ready().await.is_ok());
}

#[tokio::test]
async fn throttling_counts_for_the_share_and_not_for_the_row() {
    let bench = Bench::of(vec![refuses(ErrorKind::Busy)]);
    assert_eq!(bench.calls(7).await, 7);
    assert_eq!(bench.calls(7).await, 1, "the eighth call completes the share");
}

#[tokio::test]
async fn what_has_not_lasted_may_be_chance() {
    let rules = BreakerRules { lasting: Duration::from_secs(2), ..RULES };
    for kind in [ErrorKind::Internal, ErrorKind::Busy] {
        let bench = Bench::with(rules, vec![refuses(kind)]);
        assert_eq!(bench.calls(50).await, 50, "{kind:?}");
        bench.clock.advance(rules.lasting);
        assert_eq!(bench.calls(50).await, 1, "{kind:?}");
    }
    let mut scripts = vec![refuses(ErrorKind::Internal); 5];
    scripts.extend([speaks(), refuses(ErrorKind::Internal)]);
    let bench = Bench::with(BreakerRules { at_least: 100, ..rules }, scripts);
    assert_eq!(bench.calls(5).await, 5);
    bench.clock.advance(rules.lasting);
    assert_eq!(bench.calls(50).await, 50, "a success began a new row");
}

#[tokio::test]
async fn what_was_long_ago_is_forgotten() {
    let bench = Bench::of(vec![refuses(ErrorKind::Busy)]);
    assert_eq!(bench.calls(7).await, 7);
    bench.clock.advance(RULES.window);
    assert_eq!(bench.calls(7).await, 7);
}

#[tokio::test]
async fn refusals_say_nothing_about_a_model() {
    for kind in [ErrorKind::Refused, ErrorKind::NotFound, ErrorKind::Invalid] {
        let bench = Bench::of(vec![refuses(kind)]);
        assert_eq!(bench.calls(30).await, 30, "{kind:?}");
    }
}

#[tokio::test]
async fn a_silent_call_that_was_left_failed_and_one_left_early_did_not() {
    let bench = Bench::of(vec![vec![Step::Hang]]);
    for _ in 0..9 {
        bench.leave(Duration::from_millis(999)).await;
    }
    assert_eq!(bench.inner.calls(), 9);
    // Three open it; the others come before it tries again.
    for _ in 0..7 {
        bench.leave(RULES.silence).await;
    }
    assert_eq!(bench.inner.calls(), 12);
}

#[tokio::test(start_paused = true)]
async fn a_stall_after_the_first_words_counts_too() {
    let bench = Bench::of(vec![vec![Step::Text("Hello"), Step::Hang]]);
    for _ in 0..3 {
        let mut deltas = bench.model.generate(&prompt(), &errand()).await.unwrap();
        assert!(deltas.next().await.is_some());
        bench.clock.advance(RULES.silence);
    }
    assert!(bench.model.generate(&prompt(), &errand()).await.is_err());
}

#[tokio::test]
async fn one_call_finds_out_and_the_first_words_close_it() {
    let mut scripts = vec![refuses(ErrorKind::Internal); 4];
    scripts.push(speaks());
    let bench = Bench::of(scripts);
    assert_eq!(bench.calls(9).await, 3);
    bench.clock.advance(RULES.open);
    assert_eq!(bench.calls(9).await, 1, "the probe failed, so it is open again");
    bench.clock.advance(RULES.open);
    let mut probe = bench.model.generate(&prompt(), &errand()).await.unwrap();
    assert_eq!(bench.calls(9).await, 0, "one call at a time finds out");
    assert!(probe.next().await.is_some());
    assert_eq!(bench.calls(2).await, 2, "it speaks: nobody waits for its end");
}

#[tokio::test]
async fn a_probe_that_found_out_nothing_leaves_it_to_the_next() {
    let mut scripts = vec![refuses(ErrorKind::Internal); 3];
    scripts.extend([refuses(ErrorKind::Refused), vec![Step::Hang], speaks()]);
    let bench = Bench::of(scripts);
    bench.calls(3).await;
    bench.clock.advance(RULES.open);
    assert_eq!(bench.call(9).await, Some(ErrorKind::Refused));
    bench.leave(Duration::ZERO).await;
    assert_eq!(bench.call(9).await, None);
}

#[tokio::test]
async fn what_an_open_breaker_turns_away_is_not_on_the_bill() {
    let clock = Arc::new(ManualClock::default());
    let inner = Arc::new(Scripted::new("m", vec![refuses(ErrorKind::Internal)]));
    let audited = Arc::new(crate::AuditedModel::new(inner, crate::prices::Price::FREE, clock.clone()));
    let model = BreakerModel::new(audited, clock, RULES);
    let errand = errand();
    for _ in 0..9 {
        assert!(model.generate(&prompt(), &errand).await.is_err());
    }
    let outcomes: Vec<_> = errand.bill.calls().iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes, [CallOutcome::Failed { kind: ErrorKind::Internal }; 3]);
}
