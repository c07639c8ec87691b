//! Writes a prompt as a request for a chat completion.

use contract::prompt::{Prompt, Shape};
use contract::{Error, Result};
use serde::Serialize;
use serde_json::Value;

use super::{Dialect, Options};
use crate::catalog::ShapedBy;
use crate::talk::{self, Role};

/// Longest name of a shape, in characters.
/// <https://platform.openai.com/docs/api-reference/chat/create>
const LONGEST_NAME: usize = 64;

/// The body of a request. Holds nothing that says who the customer is: no `user`, no `metadata`.
#[derive(Debug, Serialize)]
pub(super) struct Request<'a> {
    model: &'a str,
    messages: Vec<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    /// Thoughts would be billed, and would eat up the output maximum, before the first word is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'static str>,
    /// What OpenAI calls the output maximum since its models think; it refuses the older name for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    /// What everyone else calls it. Ollama and LM Studio pass over the newer name, and would write without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Format>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    /// OpenAI keeps what it is not told not to keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Message {
    role: &'static str,
    content: String,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Debug, Serialize)]
struct Format {
    #[serde(rename = "type")]
    kind: &'static str,
    json_schema: NamedSchema,
}

#[derive(Debug, Serialize)]
struct NamedSchema {
    name: String,
    strict: bool,
    schema: Value,
}

impl<'a> Request<'a> {
    /// The request for `prompt` to a model that is called as `options` say.
    ///
    /// # Errors
    /// `Invalid` when the prompt has no output maximum, a temperature outside 0 to 1, or a shape that is none.
    pub(super) fn of(prompt: &Prompt, options: &'a Options) -> Result<Self> {
        check(prompt)?;
        let (dialect, most) = (options.dialect, Some(prompt.max_output_tokens));
        let ours = dialect == Dialect::Compatible;
        let thinks = dialect == Dialect::Thinking;
        Ok(Self {
            model: &options.model,
            messages: messages(prompt, options.shape),
            // A model that thinks takes no temperature but its own.
            temperature: Some(prompt.temperature).filter(|_| !thinks),
            reasoning_effort: thinks.then_some("none"),
            max_completion_tokens: most.filter(|_| !ours),
            max_tokens: most.filter(|_| ours),
            response_format: match (&prompt.shape, options.shape) {
                (Some(shape), ShapedBy::Schema | ShapedBy::Tool) => Some(format(shape)?),
                _ => None,
            },
            stream: options.stream,
            stream_options: options.stream.then_some(StreamOptions { include_usage: true }),
            store: (!ours).then_some(false),
        })
    }
}

fn check(prompt: &Prompt) -> Result<()> {
    if prompt.max_output_tokens == 0 {
        return Err(Error::invalid("max_output_tokens", "an output maximum must be set"));
    }
    if !(0.0..=1.0).contains(&prompt.temperature) {
        return Err(Error::invalid("temperature", "the temperature must be from 0 to 1"));
    }
    Ok(())
}

fn messages(prompt: &Prompt, shaped: ShapedBy) -> Vec<Message> {
    let in_words = prompt.shape.iter().filter(|_| shaped == ShapedBy::Words).map(|shape| {
        format!("Answer with one JSON object of this JSON Schema, and with nothing else:\n{}", shape.schema)
    });
    let system = talk::system(prompt).into_iter().map(str::to_owned).chain(in_words);
    let system = message("system", &system.collect::<Vec<_>>());
    let talk = talk::talk(prompt).into_iter().map(|(role, texts)| match role {
        Role::User => message("user", &texts),
        Role::Assistant => message("assistant", &texts),
    });
    std::iter::once(system).chain(talk).collect()
}

/// Servers differ in what they make of a message in several parts, so each is one text.
fn message(role: &'static str, texts: &[String]) -> Message {
    Message { role, content: texts.join("\n\n") }
}

fn format(shape: &Shape) -> Result<Format> {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if shape.name.is_empty() || shape.name.len() > LONGEST_NAME || !shape.name.bytes().all(sign) {
        return Err(Error::invalid("shape", format!("{:?} is no name of a shape", shape.name)));
    }
    let schema = serde_json::from_str(&shape.schema)
        .map_err(|cause| Error::invalid("shape", "the schema is no JSON").caused_by(cause))?;
    Ok(Format { kind: "json_schema", json_schema: NamedSchema { name: shape.name.clone(), strict: true, schema } })
}
