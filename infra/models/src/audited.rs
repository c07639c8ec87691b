//! Writes every call of a model down: on the bill of the turn, and as a line for those who govern.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::call::Line;
use contract::ports::{Clock, Deltas, LanguageModel};
use contract::prompt::{Delta, Ending, Prompt, Stop};
use contract::{Bill, Call, CallOutcome, Errand, Error, Result};
use futures::StreamExt;
use tracing::{Instrument, Span};

use crate::cost::Cost;
use crate::prices::Price;
use crate::{framing, offline, span};

/// A model whose calls are on the bill from their first moment, and in the log (target `audit`) when they are over.
///
/// It stands next to the vendor's adapter, inside everything that may call twice: a call that was hedged, retried or left
/// is a call.
pub struct AuditedModel {
    inner: Arc<dyn LanguageModel>,
    price: Price,
    clock: Arc<dyn Clock>,
    keeps_answers: bool,
}

impl AuditedModel {
    /// Writes down the calls of `inner`, whose tokens cost `price` where the vendor does not say what they cost.
    pub fn new(inner: Arc<dyn LanguageModel>, price: Price, clock: Arc<dyn Clock>) -> Self {
        Self { inner, price, clock, keeps_answers: false }
    }

    /// The model, whose answers are kept with its calls, or not: without them a turn cannot be replayed.
    #[must_use]
    pub fn keeping_answers(self, keeps_answers: bool) -> Self {
        Self { keeps_answers, ..self }
    }
}

#[async_trait]
impl LanguageModel for AuditedModel {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let mut entry = Entry::open(self.name(), self.price, self.clock.clone(), prompt, errand);
        entry.keeps_answer = self.keeps_answers;
        let asked = self.inner.generate(prompt, errand).instrument(entry.span.clone());
        match asked.await {
            Ok(deltas) => Ok(deltas.inspect(move |delta| entry.hear(delta)).boxed()),
            Err(error) => {
                entry.fail(&error);
                Err(error)
            }
        }
    }

    async fn ready(&self) -> Result<()> {
        self.inner.ready().await
    }
}

/// Follows a generation that was made already, as [`AuditedModel`] does with one that it starts. Nothing is paid for it.
pub(crate) fn written_down(made: (&str, Deltas), clock: Arc<dyn Clock>, prompt: &Prompt, errand: &Errand) -> Deltas {
    let (name, deltas) = made;
    let mut entry = Entry::open(name, Price::FREE, clock, prompt, errand);
    deltas.inspect(move |delta| entry.hear(delta)).boxed()
}

/// A call under way. When it is dropped, the call is over, whoever dropped it.
struct Entry {
    bill: Arc<Bill>,
    line: Line,
    call: Call,
    cost: Cost,
    began: Duration,
    clock: Arc<dyn Clock>,
    governed: Governed,
    span: Span,
    keeps_answer: bool,
}

/// What the log says of a call beyond the bill. Nothing of a person.
struct Governed {
    agent: String,
    turn: String,
}

impl Entry {
    /// A call that begins: until more is known, it was left behind having read its prompt.
    fn open(model: &str, price: Price, clock: Arc<dyn Clock>, prompt: &Prompt, errand: &Errand) -> Self {
        let began = clock.elapsed();
        let cost = Cost::begun(price, prompt);
        let call = Call {
            model: model.to_owned(),
            prompt_version: prompt.version.clone(),
            reason: errand.reason,
            outcome: CallOutcome::Left,
            usage: cost.usage(),
            estimated: cost.is_estimated(),
            started_ms: milliseconds(began.saturating_sub(errand.bill.began())),
            first_ms: None,
            took_ms: 0.0,
            temperature: prompt.temperature,
            max_output_tokens: prompt.max_output_tokens,
            answer: None,
        };
        Self {
            bill: errand.bill.clone(),
            line: errand.bill.open(call.clone()),
            call,
            cost,
            began,
            clock,
            governed: Governed { agent: errand.agent.clone(), turn: errand.turn.to_string() },
            span: span::begun(model, prompt),
            keeps_answer: false,
        }
    }

    fn hear(&mut self, delta: &Result<Delta>) {
        self.cost.hear(delta);
        match delta {
            Ok(Delta::Text(text)) => {
                if self.keeps_answer {
                    self.bill.amend(self.line, |call| call.answer.get_or_insert_default().push_str(text));
                }
                self.call.first_ms.get_or_insert_with(|| milliseconds(self.clock.elapsed().saturating_sub(self.began)));
            }
            Ok(Delta::Restart) => {}
            Ok(Delta::End(Ending { stop, .. })) => {
                self.call.outcome = match stop {
                    Stop::Complete => CallOutcome::Complete,
                    Stop::Length => CallOutcome::Length,
                    Stop::Filtered => CallOutcome::Filtered,
                };
            }
            Err(error) => self.call.outcome = CallOutcome::Failed { kind: error.kind },
        }
        self.write();
    }

    fn fail(&mut self, error: &Error) {
        self.cost.fail(error);
        self.call.outcome = CallOutcome::Failed { kind: error.kind };
        self.write();
    }

    fn write(&mut self) {
        (self.call.usage, self.call.estimated) = (self.cost.usage(), self.cost.is_estimated());
        self.bill.amend(self.line, |call| {
            // The answer grows with every piece, so it lies on the bill only.
            let answer = call.answer.take();
            call.clone_from(&self.call);
            call.answer = answer;
        });
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.call.took_ms = milliseconds(self.clock.elapsed().saturating_sub(self.began));
        self.write();
        span::ended(&self.span, &self.call);
        // The built-in answerer is nobody's service: nothing leaves the machine, and nothing is paid.
        if self.call.model == offline::NAME {
            return;
        }
        let call = &self.call;
        tracing::info!(
            target: "audit",
            agent = self.governed.agent,
            turn = self.governed.turn,
            model = call.model,
            prompt_version = call.prompt_version,
            framing_version = framing::version(),
            temperature = call.temperature,
            max_output_tokens = call.max_output_tokens,
            outcome = call.outcome.word(),
            input_tokens = call.usage.input_tokens,
            output_tokens = call.usage.output_tokens,
            micro_usd = call.usage.micro_usd,
            estimated = call.estimated,
            took_ms = call.took_ms,
            "a language model was called"
        );
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use contract::testing::{ManualClock, errand};
    use contract::{ErrorKind, Usage};

    use super::*;
    use crate::testing::{Scripted, Step, prompt};

    async fn audited(steps: Vec<Step>, take: usize) -> Call {
        let clock = Arc::new(ManualClock::default());
        let price = crate::prices::Prices::shipped().unwrap().of_model("bedrock.nova-micro").unwrap();
        let model = AuditedModel::new(Arc::new(Scripted::new("m", vec![steps])), price, clock.clone());
        let model = model.keeping_answers(true);
        let errand = errand();
        if let Ok(deltas) = model.generate(&prompt(), &errand).await {
            clock.advance(Duration::from_millis(40));
            let _: Vec<_> = deltas.take(take).collect().await;
        }
        errand.bill.calls().remove(0)
    }

    #[tokio::test]
    async fn a_call_is_billed_as_the_vendor_says() {
        let usage = Usage { input_tokens: 500, output_tokens: 160, micro_usd: 40, ..Usage::default() };
        let call = audited(vec![Step::Text("Hello."), Step::End(usage)], 9).await;
        assert_eq!((call.usage, call.estimated, call.outcome), (usage, false, CallOutcome::Complete));
        assert_eq!((call.first_ms, call.took_ms), (Some(40.0), 40.0));
        assert_eq!((call.temperature, call.max_output_tokens), (prompt().temperature, prompt().max_output_tokens));
    }

    #[tokio::test]
    async fn an_answer_is_kept_as_far_as_it_came_where_that_is_wanted() {
        let broken = vec![Step::Text("Hello, "), Step::Text("you."), Step::Fail(ErrorKind::Unavailable)];
        assert_eq!(audited(broken.clone(), 9).await.answer.as_deref(), Some("Hello, you."));
        assert_eq!(audited(broken.clone(), 1).await.answer.as_deref(), Some("Hello, "));
        assert_eq!(audited(vec![Step::Refuse(ErrorKind::Busy)], 9).await.answer, None);
        let unkept =
            AuditedModel::new(Arc::new(Scripted::new("m", vec![broken])), Price::FREE, Arc::<ManualClock>::default());
        let errand = errand();
        let _: Vec<_> = unkept.generate(&prompt(), &errand).await.unwrap().collect().await;
        assert_eq!(errand.bill.calls().remove(0).answer, None);
    }

    #[tokio::test]
    async fn what_was_left_is_billed_as_far_as_it_came() {
        let call = audited(vec![Step::Text("Hello, hello."), Step::End(Usage::default())], 1).await;
        assert_eq!((call.outcome, call.estimated, call.usage.output_tokens), (CallOutcome::Left, true, 4));
        assert!(call.usage.input_tokens > 0 && call.usage.micro_usd > 0);
    }

    #[tokio::test]
    async fn what_was_turned_away_costs_nothing_and_what_broke_may() {
        let busy = audited(vec![Step::Refuse(ErrorKind::Busy)], 9).await;
        assert_eq!((busy.outcome.word(), busy.usage), ("throttled", Usage::default()));
        let broken = audited(vec![Step::Text("Hello."), Step::Fail(ErrorKind::Unavailable)], 9).await;
        assert_eq!(broken.outcome, CallOutcome::Failed { kind: ErrorKind::Unavailable });
        assert!(broken.usage.output_tokens > 0 && broken.estimated);
    }
}
