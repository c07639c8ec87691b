//! Writes a prompt as a request that Bedrock takes: roles alternate, the customer begins, no text is blank, data is framed.

use std::collections::HashMap;

use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, InferenceConfiguration, Message, SystemContentBlock,
};
use contract::prompt::Prompt;
use contract::{Error, ErrorKind, Result};

use super::framing::{customer, evidence, harmless};

/// Explains the marks of `framing.rs` to the model.
const FRAMING: &str = include_str!("../../prompts/framing.md");

/// Longest value in the metadata of a request, in characters.
const LONGEST_METADATA: usize = 256;

/// The parts of a request that both operations share.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    pub(super) system: Vec<SystemContentBlock>,
    pub(super) messages: Vec<Message>,
    pub(super) inference: InferenceConfiguration,
    /// For the invocation log. Nothing of a person.
    pub(super) metadata: HashMap<String, String>,
}

impl Request {
    /// The request for `prompt`, marked as one of `product`.
    ///
    /// # Errors
    /// `Invalid` when the prompt has no output maximum or a temperature outside 0 to 1.
    pub(super) fn of(prompt: &Prompt, product: &str) -> Result<Self> {
        let system = [prompt.instructions.as_str(), FRAMING].into_iter().filter(|text| !blank(text));
        let metadata = [("product", product), ("prompt_version", &prompt.version)];
        Ok(Self {
            system: system.map(|text| SystemContentBlock::Text(text.trim_end().to_owned())).collect(),
            messages: messages(prompt)?,
            inference: inference(prompt.max_output_tokens, prompt.temperature)?,
            metadata: metadata.map(|(name, value)| (name.to_owned(), metadata_value(value))).into(),
        })
    }

    /// The cheapest request there is: it asks for one token.
    ///
    /// # Errors
    /// None that depends on the outside.
    pub(super) fn smallest(product: &str) -> Result<Self> {
        let metadata = HashMap::from([("product".to_owned(), metadata_value(product))]);
        let messages = vec![message(ConversationRole::User, vec!["ping".to_owned()])?];
        Ok(Self { system: Vec::new(), messages, inference: inference(1, 0.0)?, metadata })
    }
}

fn inference(max_output_tokens: u32, temperature: f32) -> Result<InferenceConfiguration> {
    if max_output_tokens == 0 {
        return Err(Error::invalid("max_output_tokens", "an output maximum must be set")
            .hint("an unset maximum reserves a whole context"));
    }
    if !(0.0..=1.0).contains(&temperature) {
        return Err(Error::invalid("temperature", "the temperature must be from 0 to 1"));
    }
    let max_tokens = i32::try_from(max_output_tokens).unwrap_or(i32::MAX);
    Ok(InferenceConfiguration::builder().max_tokens(max_tokens).temperature(temperature).build())
}

/// History, then evidence and question. Neighbours of one role become one message.
fn messages(prompt: &Prompt) -> Result<Vec<Message>> {
    let mut talk: Vec<(ConversationRole, Vec<String>)> = Vec::new();
    for exchange in &prompt.history {
        // A reply without a question, as when a person at the desk speaks first, keeps its place behind an empty one.
        if !blank(&exchange.said) || (talk.is_empty() && !blank(&exchange.replied)) {
            add(&mut talk, ConversationRole::User, customer(exchange.said.trim()));
        }
        if !blank(&exchange.replied) {
            add(&mut talk, ConversationRole::Assistant, harmless(exchange.replied.trim()));
        }
    }
    for (index, citation) in prompt.evidence.iter().enumerate() {
        add(&mut talk, ConversationRole::User, evidence(index + 1, citation));
    }
    add(&mut talk, ConversationRole::User, customer(prompt.question.trim()));
    talk.into_iter().map(|(role, texts)| message(role, texts)).collect()
}

fn add(talk: &mut Vec<(ConversationRole, Vec<String>)>, role: ConversationRole, text: String) {
    match talk.last_mut() {
        Some((last, texts)) if *last == role => texts.push(text),
        _ => talk.push((role, vec![text])),
    }
}

fn message(role: ConversationRole, texts: Vec<String>) -> Result<Message> {
    let content = texts.into_iter().map(ContentBlock::Text).collect();
    let incomplete = |cause| Error::new(ErrorKind::Internal, "a message could not be written").caused_by(cause);
    Message::builder().role(role).set_content(Some(content)).build().map_err(incomplete)
}

/// Bedrock calls a text blank that has no letter or sign that can be seen.
fn blank(text: &str) -> bool {
    text.chars().all(|sign| sign.is_whitespace() || sign.is_control())
}

/// A value with the signs that metadata may have: `[a-zA-Z0-9\s:_@$#=/+,-.]{0,256}`.
fn metadata_value(text: &str) -> String {
    let allowed = |sign: char| sign.is_ascii_alphanumeric() || " :_@$#=/+,-.".contains(sign);
    text.chars().take(LONGEST_METADATA).map(|sign| if allowed(sign) { sign } else { '-' }).collect()
}

#[cfg(test)]
mod tests;
