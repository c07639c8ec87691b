//! Sees to it that an answer has the shape that was asked for: checks it, and has it repaired once.

use std::sync::Arc;

use async_trait::async_trait;
use contract::ports::{Deltas, LanguageModel};
use contract::prompt::{Delta, Ending, Prompt, Shape, whole};
use contract::{Errand, Error, ErrorKind, Exchange, Result};
use futures::StreamExt;
use jsonschema::Validator;
use serde_json::{Deserializer, Value};

/// What the instructions say more when a faulty answer is to be written again.
const REPAIR: &str = include_str!("../prompts/repair.md");

/// So much of a faulty answer is shown to the model again, in bytes; an answer of some shape is far shorter.
const LONGEST_SHOWN: usize = 2_000;

/// So many complaints are told at once.
const MOST_COMPLAINTS: usize = 5;

/// In an answer with so many braces that begin no JSON, there is none.
const MOST_BRACES: usize = 32;

/// A model whose shaped answers have their shape, as one piece of JSON. Answers without a shape pass as they come.
///
/// Vendors promise shapes in different degrees, and small models of one's own not at all; so whatever was promised is checked.
pub struct StructuredModel {
    inner: Arc<dyn LanguageModel>,
}

impl StructuredModel {
    /// Checks what `inner` writes, and asks it once more where the shape is wrong.
    pub fn new(inner: Arc<dyn LanguageModel>) -> Self {
        Self { inner }
    }

    async fn shaped(&self, prompt: &Prompt, shape: &Shape, errand: &Errand) -> Result<(Value, Ending)> {
        let validator = compile(shape)?;
        let (text, first) = whole(self.inner.generate(prompt, errand).await?).await?;
        let complaint = match check(&validator, &text) {
            Ok(answer) => return Ok((answer, first)),
            Err(complaint) => complaint,
        };
        // Not the complaint: it repeats what the model said.
        tracing::debug!(model = first.model, shape = shape.name, "an answer has the wrong shape");
        let (text, mut second) = whole(self.inner.generate(&repair(prompt, &text, &complaint), errand).await?).await?;
        second.usage = first.usage + second.usage;
        second.reduced = second.reduced.or(first.reduced);
        match check(&validator, &text) {
            Ok(answer) => Ok((answer, second)),
            Err(complaint) => Err(misshapen(&second.model, shape, &complaint)),
        }
    }
}

#[async_trait]
impl LanguageModel for StructuredModel {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let Some(shape) = &prompt.shape else { return self.inner.generate(prompt, errand).await };
        let (answer, ending) = self.shaped(prompt, shape, errand).await?;
        let deltas = [Delta::Text(answer.to_string()), Delta::End(ending)];
        Ok(futures::stream::iter(deltas.map(Ok)).boxed())
    }

    async fn ready(&self) -> Result<()> {
        self.inner.ready().await
    }
}

fn compile(shape: &Shape) -> Result<Validator> {
    let wrong = |cause: String| {
        Error::invalid("shape", format!("{:?} is no JSON Schema: {cause}", shape.name)).hint("draft 2020-12, an object")
    };
    let schema: Value = serde_json::from_str(&shape.schema).map_err(|cause| wrong(cause.to_string()))?;
    jsonschema::validator_for(&schema).map_err(|cause| wrong(cause.to_string()))
}

/// The JSON in an answer if it has the shape, or what is wrong, in words without anything of the answer's own.
fn check(validator: &Validator, text: &str) -> std::result::Result<Value, String> {
    let Some(answer) = json_in(text) else { return Err("it holds no JSON object".into()) };
    let complaint = |error: jsonschema::ValidationError<'_>| match error.instance_path().as_str() {
        "" => error.masked_with("the answer").to_string(),
        path => format!("{path}: {}", error.masked()),
    };
    let complaints: Vec<String> = validator.iter_errors(&answer).take(MOST_COMPLAINTS).map(complaint).collect();
    if complaints.is_empty() { Ok(answer) } else { Err(complaints.join("; ")) }
}

/// The first JSON object in a text. Models like to put it between fences, or words of their own around it.
fn json_in(text: &str) -> Option<Value> {
    let starts = text.match_indices('{').take(MOST_BRACES);
    starts.map(|(at, _)| &text[at..]).find_map(|rest| Deserializer::from_str(rest).into_iter().next()?.ok())
}

/// The prompt with the faulty answer as part of the conversation. What comes of a model is data, also what is said about it.
fn repair(prompt: &Prompt, faulty: &str, complaint: &str) -> Prompt {
    let mut again = prompt.clone();
    let replied = format!("{}\n[{complaint}]", &faulty[..faulty.floor_char_boundary(LONGEST_SHOWN)]);
    again.history.push(Exchange::of(prompt.question.clone(), replied));
    again.instructions.push_str(REPAIR);
    again.version.push_str("+repair");
    again
}

fn misshapen(model: &str, shape: &Shape, complaint: &str) -> Error {
    let message = format!("{model} did not answer in the shape {:?}, asked twice: {complaint}", shape.name);
    Error::new(ErrorKind::Internal, message)
}

#[cfg(test)]
mod tests;
