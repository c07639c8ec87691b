//! Stand-ins that speak the real wire of a service, and what is heard from a model over it.

use contract::ports::LanguageModel;
use contract::prompt::{Delta, Ending, Prompt, Stop};
use contract::testing::errand;
use contract::{Error, ErrorKind, Result, Usage};
use futures::StreamExt;

#[cfg(feature = "aws")]
#[allow(dead_code, reason = "some of it only the program needs")]
pub mod bedrock;
pub mod cassette;
#[allow(dead_code, reason = "some of it only the program needs")]
pub mod openai;

/// What was said until the end or the error, and which of them it was.
pub async fn collect(model: &dyn LanguageModel, prompt: &Prompt) -> (String, Result<(String, Usage, Stop)>) {
    let mut said = String::new();
    let mut deltas = match model.generate(prompt, &errand()).await {
        Ok(deltas) => deltas,
        Err(error) => return (said, Err(error)),
    };
    while let Some(delta) = deltas.next().await {
        match delta {
            Ok(Delta::Text(text)) => said.push_str(&text),
            Ok(Delta::End(Ending { usage, stop, .. })) => {
                assert!(deltas.next().await.is_none(), "nothing follows the end");
                return (said.clone(), Ok((said, usage, stop)));
            }
            Ok(Delta::Restart) => panic!("a vendor never begins again"),
            Err(error) => {
                assert!(deltas.next().await.is_none(), "nothing follows an error");
                return (said, Err(error));
            }
        }
    }
    (said, Err(Error::new(ErrorKind::Internal, "a stream without an end")))
}
