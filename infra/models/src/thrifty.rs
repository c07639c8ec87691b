//! Asks no model where the built-in answerer is sure.

use std::sync::Arc;

use async_trait::async_trait;
use contract::ports::{Clock, Deltas, LanguageModel};
use contract::prompt::Prompt;
use contract::{Errand, Result};

use crate::{audited, offline};

/// A model that is asked only where the built-in answerer is not sure to answer the whole question. What that one says is
/// quoted, so it is as true as the library; it costs nothing, and it is there at once.
pub struct ThriftyModel {
    inner: Arc<dyn LanguageModel>,
    clock: Arc<dyn Clock>,
}

impl ThriftyModel {
    /// Spares `inner` the questions that need no model.
    pub fn new(inner: Arc<dyn LanguageModel>, clock: Arc<dyn Clock>) -> Self {
        Self { inner, clock }
    }
}

#[async_trait]
impl LanguageModel for ThriftyModel {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        if prompt.shape.is_none()
            && let Some(deltas) = offline::sure_answer(prompt)
        {
            return Ok(audited::written_down((offline::NAME, deltas), self.clock.clone(), prompt, errand));
        }
        self.inner.generate(prompt, errand).await
    }

    async fn ready(&self) -> Result<()> {
        self.inner.ready().await
    }
}

#[cfg(test)]
mod tests {
    use contract::Usage;
    use contract::finding::Fact;
    use contract::prompt::whole;
    use contract::record::Citation;
    use contract::testing::{ManualClock, errand};

    use super::*;
    use crate::testing::{Scripted, Step, prompt};

    const FACT: &str = "The tyre pressure of the Lumen is 2.5 bar at the front.";

    async fn asked(question: &str) -> (String, usize, Vec<String>) {
        let script = vec![Step::Text("By the model."), Step::End(Usage::default())];
        let vendor = Arc::new(Scripted::new("vendor", vec![script]));
        let model = ThriftyModel::new(vendor.clone(), Arc::new(ManualClock::default()));
        let evidence = vec![Citation::from(&Fact { text: FACT.into(), source: "Tyre pressure of the Lumen".into() })];
        let prompt = Prompt { question: question.into(), evidence, ..prompt() };
        let errand = errand();
        let (text, _) = whole(model.generate(&prompt, &errand).await.unwrap()).await.unwrap();
        (text, vendor.calls(), errand.bill.calls().into_iter().map(|call| call.model).collect())
    }

    #[tokio::test]
    async fn what_is_covered_needs_no_model_and_is_on_the_bill() {
        let (text, calls, bill) = asked("What is the tyre pressure at the front of the Lumen?").await;
        assert!(text.contains("2.5 bar at the front. [1]"), "{text}");
        assert_eq!((calls, bill), (0, vec![offline::NAME.to_owned()]));
    }

    #[tokio::test]
    async fn what_is_covered_in_part_or_not_at_all_is_the_models() {
        for question in ["Why does the tyre pressure drop when I tow a caravan?", "Who won the cup?"] {
            assert_eq!(asked(question).await.0, "By the model.", "{question}");
        }
    }
}
