//! Waits for the first words of a generation: until then it can be tried again, or left for another, unnoticed.

use contract::ports::{Deltas, LanguageModel};
use contract::prompt::{Delta, Prompt, Stop};
use contract::{Errand, Error, ErrorKind, Result};
use futures::{StreamExt, future, stream};

/// Starts a generation and waits until its first words have come. What is given back begins with them.
///
/// # Errors
/// That of the model, wherever it came from; `Unavailable` when it ended without a word, unless a guardrail of the vendor
/// silenced it.
pub(crate) async fn words(model: &dyn LanguageModel, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
    let mut deltas = model.generate(prompt, errand).await?;
    loop {
        match deltas.next().await {
            Some(Ok(Delta::Text(text))) if text.is_empty() => {}
            Some(Ok(Delta::End(ending))) if ending.stop != Stop::Filtered => return Err(silent()),
            Some(Ok(delta)) => return Ok(stream::once(future::ready(Ok(delta))).chain(deltas).boxed()),
            Some(Err(error)) => return Err(error),
            None => return Err(silent()),
        }
    }
}

fn silent() -> Error {
    Error::new(ErrorKind::Unavailable, "the language model ended without a word")
}

#[cfg(test)]
mod tests {
    use contract::Usage;
    use contract::prompt::whole;
    use contract::testing::errand;

    use super::*;
    use crate::testing::{Scripted, Step, prompt};

    async fn begun(steps: Vec<Step>) -> Result<Deltas> {
        words(&Scripted::new("m", vec![steps]), &prompt(), &errand()).await
    }

    #[tokio::test]
    async fn nothing_of_a_generation_is_lost() {
        let steps = vec![Step::Text(""), Step::Text("Hello"), Step::Text(", you."), Step::End(Usage::default())];
        let (text, ending) = whole(begun(steps).await.unwrap()).await.unwrap();
        assert_eq!((text.as_str(), ending.model.as_str()), ("Hello, you.", "m"));
    }

    #[tokio::test]
    async fn a_failure_before_the_first_words_is_one_of_the_call() {
        for (steps, kind) in [
            (vec![Step::Refuse(ErrorKind::Busy)], ErrorKind::Busy),
            (vec![Step::Text(""), Step::Fail(ErrorKind::TimedOut)], ErrorKind::TimedOut),
            (vec![Step::End(Usage::default())], ErrorKind::Unavailable),
            (vec![], ErrorKind::Unavailable),
        ] {
            assert_eq!(begun(steps.clone()).await.err().map(|error| error.kind), Some(kind), "{steps:?}");
        }
    }

    #[tokio::test]
    async fn a_failure_after_them_stays_where_it_is() {
        let deltas = begun(vec![Step::Text("Hello"), Step::Fail(ErrorKind::Internal)]).await.unwrap();
        assert_eq!(whole(deltas).await.unwrap_err().kind, ErrorKind::Internal);
    }
}
