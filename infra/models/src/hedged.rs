//! Sends a second request where the first is slow to speak, and uses the quicker one.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Deltas, LanguageModel};
use contract::prompt::Prompt;
use contract::{CallReason, Errand, Result};
use futures::future::{Either, select, select_ok};

use crate::extra::ExtraCalls;
use crate::first;

/// A model that is asked a second time when its first words are late; whoever speaks first is heard, the other is left, which
/// cancels it. A call that was left is on the bill, and who was heard is in the ending.
///
/// The wait should be what nineteen of twenty calls need until their first words, so that few calls are made twice: "The Tail
/// at Scale" (Dean and Barroso, <https://doi.org/10.1145/2408776.2408794>). A first call that fails while it is alone is
/// nobody's slowness: its error is given back at once.
pub struct HedgedModel {
    first: Arc<dyn LanguageModel>,
    second: Arc<dyn LanguageModel>,
    after: Duration,
    extra: Arc<ExtraCalls>,
}

impl HedgedModel {
    /// Asks `first`, and `second` (which may be the same) when there are no words `after` that time and `extra` allows it.
    pub fn new(
        first: Arc<dyn LanguageModel>,
        second: Arc<dyn LanguageModel>,
        after: Duration,
        extra: Arc<ExtraCalls>,
    ) -> Self {
        Self { first, second, after, extra }
    }
}

#[async_trait]
impl LanguageModel for HedgedModel {
    fn name(&self) -> &str {
        self.first.name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        self.extra.first();
        let hedging = Errand { reason: CallReason::Hedge, ..errand.clone() };
        let asked = Box::pin(first::words(self.first.as_ref(), prompt, errand));
        let late = Box::pin(tokio::time::sleep(self.after));
        let asked = match select(asked, late).await {
            Either::Left((outcome, _)) => return outcome,
            Either::Right(((), asked)) => asked,
        };
        if !self.extra.take() {
            return asked.await;
        }
        let hedge = Box::pin(first::words(self.second.as_ref(), prompt, &hedging));
        let (deltas, _left) = select_ok([asked, hedge]).await?;
        Ok(deltas)
    }

    async fn ready(&self) -> Result<()> {
        self.first.ready().await
    }
}

#[cfg(test)]
mod tests {
    use contract::prompt::whole;
    use contract::testing::errand;
    use contract::{CallOutcome, ErrorKind, Usage};
    use tokio::time::Instant;

    use super::*;
    use crate::AuditedModel;
    use crate::prices::Price;
    use crate::testing::{Scripted, Step, TokioClock, prompt};

    fn speaks(after: u64) -> Vec<Step> {
        vec![Step::Wait(Duration::from_millis(after)), Step::Text("Hello."), Step::End(Usage::default())]
    }

    fn fails(after: u64) -> Vec<Step> {
        vec![Step::Wait(Duration::from_millis(after)), Step::Fail(ErrorKind::Unavailable)]
    }

    /// What came of a race.
    #[derive(Debug, PartialEq)]
    struct Race {
        /// Who was heard, or the error.
        heard: std::result::Result<String, ErrorKind>,
        /// After so many milliseconds.
        took: u128,
        /// What came of each call.
        calls: Vec<(String, CallOutcome)>,
    }

    async fn race(first: Vec<Step>, second: Vec<Step>, extra: u32) -> Race {
        let clock = Arc::new(TokioClock::start());
        let audited = |name: &'static str, steps| -> Arc<dyn LanguageModel> {
            Arc::new(AuditedModel::new(Arc::new(Scripted::new(name, vec![steps])), Price::FREE, clock.clone()))
        };
        let extra = Arc::new(ExtraCalls::new(0, extra));
        let after = Duration::from_millis(500);
        let model = HedgedModel::new(audited("first", first), audited("second", second), after, extra);
        let (began, errand) = (Instant::now(), errand());
        let heard = match model.generate(&prompt(), &errand).await {
            Ok(deltas) => Ok(whole(deltas).await.unwrap().1.model),
            Err(error) => Err(error.kind),
        };
        let calls = errand.bill.calls().into_iter().map(|call| (call.model, call.outcome)).collect();
        Race { heard, took: began.elapsed().as_millis(), calls }
    }

    #[tokio::test(start_paused = true)]
    async fn a_quick_model_is_asked_once() {
        let Race { heard, took, calls } = race(speaks(400), speaks(0), 9).await;
        assert_eq!((heard, took, calls.len()), (Ok("first".into()), 400, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_quicker_one_is_heard_and_the_other_is_left_on_the_bill() {
        let Race { heard, took, calls } = race(speaks(3_000), speaks(100), 9).await;
        assert_eq!((heard, took), (Ok("second".into()), 600));
        assert_eq!(calls, [("first".into(), CallOutcome::Left), ("second".into(), CallOutcome::Complete)]);
        let Race { heard, took, calls } = race(speaks(700), speaks(900), 9).await;
        assert_eq!((heard, took), (Ok("first".into()), 700));
        assert_eq!(calls, [("first".into(), CallOutcome::Complete), ("second".into(), CallOutcome::Left)]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_request_where_the_budget_is_used_up() {
        let Race { heard, took, calls } = race(speaks(3_000), speaks(0), 0).await;
        assert_eq!((heard, took, calls.len()), (Ok("first".into()), 3_000, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_given_back_at_once_when_alone_and_covered_when_not() {
        let alone = race(fails(100), speaks(0), 9).await;
        assert_eq!((alone.heard, alone.took, alone.calls.len()), (Err(ErrorKind::Unavailable), 100, 1));
        for (first, second, heard) in [(fails(600), speaks(200), "second"), (speaks(900), fails(200), "first")] {
            assert_eq!(race(first, second, 9).await.heard, Ok(heard.into()));
        }
        assert_eq!(race(fails(600), fails(200), 9).await.heard, Err(ErrorKind::Unavailable));
    }
}
