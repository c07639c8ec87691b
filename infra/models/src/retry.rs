//! Tries a call again that failed before its first words.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Clock, Deltas, Entropy, LanguageModel};
use contract::prompt::Prompt;
use contract::{CallReason, Errand, Error, ErrorKind, Result};

use crate::extra::ExtraCalls;
use crate::{breaker, first};

/// The longest wait before the first further try.
const BASE: Duration = Duration::from_millis(100);
/// The longest wait before any.
const LONGEST: Duration = Duration::from_secs(2);
/// A try that has less time than this is not begun: hardly any model answers sooner, and it would be paid all the same.
const SHORTEST_TRY: Duration = Duration::from_millis(300);

/// A model whose calls are tried again where that may help: when they were throttled, too late or broken, and before their
/// first words. What was refused stays refused, and what has begun to speak is never asked to begin again.
///
/// It waits in between by exponential backoff with full jitter, a time between nothing and a bound that doubles
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), on top of what the vendor asked for. This is
/// the only layer that retries: the clients of the vendors are told not to.
pub struct RetryModel {
    inner: Arc<dyn LanguageModel>,
    retries: u32,
    extra: Arc<ExtraCalls>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl RetryModel {
    /// Tries calls of `inner` up to `retries` times again, as far as `extra` allows.
    pub fn new(
        inner: Arc<dyn LanguageModel>,
        retries: u32,
        extra: Arc<ExtraCalls>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { inner, retries, extra, clock, entropy }
    }

    /// How long to wait before the call is tried again, which `tried` times it was; nothing when it is not.
    fn wait(&self, error: &Error, tried: u32, errand: &Errand) -> Option<Duration> {
        if tried >= self.retries || !may_pass(error) {
            return None;
        }
        let wait = self.backoff(tried).saturating_add(error.retry_after.unwrap_or_default());
        let left = errand.due.saturating_sub(self.clock.elapsed());
        // The budget comes last: a try that is not made takes nothing.
        (wait.saturating_add(SHORTEST_TRY) <= left && self.extra.take()).then_some(wait)
    }

    /// Leaves word of a failure that no caller will hear of.
    fn tell(&self, error: &Error) {
        let cause = std::error::Error::source(error);
        tracing::info!(model = self.name(), %error, ?cause, "a call of a language model is tried again");
    }

    /// A time from zero to the bound of this try, each as likely.
    fn backoff(&self, tried: u32) -> Duration {
        let bound = BASE.saturating_mul(2_u32.saturating_pow(tried)).min(LONGEST);
        let nanos = self.entropy.random() % (bound.as_nanos() + 1);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or_default())
    }
}

#[async_trait]
impl LanguageModel for RetryModel {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        self.extra.first();
        let (mut tried, mut errand) = (0, errand.clone());
        loop {
            let error = match first::words(self.inner.as_ref(), prompt, &errand).await {
                Ok(deltas) => return Ok(deltas),
                Err(error) => error,
            };
            let Some(wait) = self.wait(&error, tried, &errand) else { return Err(error) };
            self.tell(&error);
            tokio::time::sleep(wait).await;
            (tried, errand.reason) = (tried + 1, CallReason::Retry);
        }
    }

    async fn ready(&self) -> Result<()> {
        self.inner.ready().await
    }
}

/// Whether the same call may succeed a moment later. Behind an open breaker it will not, and a wait would keep the customer from
/// the model that answers instead.
fn may_pass(error: &Error) -> bool {
    let passes = [ErrorKind::Busy, ErrorKind::TimedOut, ErrorKind::Unavailable, ErrorKind::Internal];
    passes.contains(&error.kind) && !breaker::was_open(error)
}

#[cfg(test)]
mod tests {
    use contract::Usage;
    use contract::prompt::whole;
    use contract::testing::errand;
    use tokio::time::Instant;

    use super::*;
    use crate::breaker::{BreakerModel, BreakerRules};
    use crate::testing::{Scripted, Step, TokioClock, Told, prompt};

    const SPOKEN: [Step; 2] =
        [Step::Text("Hello."), Step::End(Usage { input_tokens: 0, cached_tokens: 0, output_tokens: 0, micro_usd: 0 })];

    /// A model that fails so often and then speaks, tried twice more with the longest waits.
    fn retried(failures: Vec<Step>, extra: ExtraCalls) -> (RetryModel, Arc<Scripted>) {
        let mut scripts: Vec<_> = failures.into_iter().map(|step| vec![step]).collect();
        scripts.push(SPOKEN.to_vec());
        let inner = Arc::new(Scripted::new("m", scripts));
        let clock = Arc::new(TokioClock::start());
        (RetryModel::new(inner.clone(), 2, Arc::new(extra), clock, Arc::new(Told(BASE.as_nanos() * 2))), inner)
    }

    async fn outcome(model: &RetryModel, errand: &Errand) -> Result<String> {
        Ok(whole(model.generate(&prompt(), errand).await?).await?.0)
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_again_after_a_wait() {
        let kinds = [ErrorKind::Busy, ErrorKind::TimedOut, ErrorKind::Unavailable, ErrorKind::Internal];
        for kind in kinds {
            let began = Instant::now();
            let (model, inner) = retried(vec![Step::Refuse(kind), Step::Fail(kind)], ExtraCalls::new(0, 9));
            assert_eq!(outcome(&model, &errand()).await.unwrap(), "Hello.");
            assert_eq!(inner.calls(), 3);
            // 200 ms are told: from 0 to 100 ms that is 100 less a turn of the wheel; from 0 to 200 ms it is the most.
            assert!(began.elapsed() >= Duration::from_millis(299) && began.elapsed() <= Duration::from_millis(302));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_stays_wrong_is_not_tried_again() {
        for kind in [ErrorKind::Refused, ErrorKind::Invalid, ErrorKind::NotFound, ErrorKind::Conflict] {
            let (model, inner) = retried(vec![Step::Refuse(kind)], ExtraCalls::new(0, 9));
            assert_eq!(outcome(&model, &errand()).await.unwrap_err().kind, kind);
            assert_eq!(inner.calls(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_begun_to_speak_is_not_asked_again() {
        let inner = Arc::new(Scripted::new("m", vec![vec![Step::Text("He"), Step::Fail(ErrorKind::Unavailable)]]));
        let (clock, extra) = (Arc::new(TokioClock::start()), Arc::new(ExtraCalls::new(0, 9)));
        let model = RetryModel::new(inner.clone(), 2, extra, clock, Arc::new(Told(0)));
        assert_eq!(outcome(&model, &errand()).await.unwrap_err().kind, ErrorKind::Unavailable);
        assert_eq!(inner.calls(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn it_stops_after_so_many_tries_and_when_the_budget_is_used_up() {
        let busy = vec![Step::Refuse(ErrorKind::Busy); 9];
        for (extra, calls) in [(ExtraCalls::new(0, 9), 3), (ExtraCalls::new(0, 1), 2), (ExtraCalls::new(0, 0), 1)] {
            let (model, inner) = retried(busy.clone(), extra);
            assert_eq!(outcome(&model, &errand()).await.unwrap_err().kind, ErrorKind::Busy);
            assert_eq!(inner.calls(), calls);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_breaker_is_not_waited_for() {
        let inner = Arc::new(Scripted::new("m", vec![vec![Step::Refuse(ErrorKind::Internal)]]));
        let clock = Arc::new(TokioClock::start());
        let rules = BreakerRules {
            in_a_row: 1,
            lasting: Duration::ZERO,
            open: Duration::from_secs(1),
            ..BreakerRules::default()
        };
        let breaker = Arc::new(BreakerModel::new(inner.clone(), clock.clone(), rules));
        let model = RetryModel::new(breaker, 2, Arc::new(ExtraCalls::new(0, 9)), clock.clone(), Arc::new(Told(0)));
        assert_eq!(outcome(&model, &errand()).await.unwrap_err().kind, ErrorKind::Unavailable);
        assert_eq!((inner.calls(), clock.elapsed()), (1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn the_vendors_wait_is_kept_where_it_fits_and_no_try_is_begun_too_late() {
        for (due, calls) in [(1_500, 2), (1_299, 1)] {
            let began = Instant::now();
            let (model, inner) = retried(vec![Step::Throttle(Duration::from_secs(1))], ExtraCalls::new(0, 9));
            let errand = Errand { due: Duration::from_millis(due), ..errand() };
            assert_eq!(outcome(&model, &errand).await.is_ok(), calls == 2, "{due}");
            assert_eq!(inner.calls(), calls, "{due}");
            assert_eq!(began.elapsed() >= Duration::from_secs(1), calls == 2, "{due}");
        }
    }
}
