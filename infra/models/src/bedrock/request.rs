//! Writes a prompt as a request that Bedrock takes.

use std::collections::HashMap;

use aws_sdk_bedrockruntime::types::{
    CachePointBlock, CachePointType, ContentBlock, ConversationRole, InferenceConfiguration, Message,
    SystemContentBlock,
};
use contract::prompt::Prompt;
use contract::{Error, ErrorKind, Result};

use super::shape::Form;
use crate::catalog::Card;
use crate::talk::{self, Role};
use crate::tokens::estimated;

/// Longest value in the metadata of a request, in characters.
const LONGEST_METADATA: usize = 256;
/// What stands around our instructions where a model takes no system prompt. What customers say stands between marks, so
/// they cannot write these lines as ours.
const FOLDED: [&str; 2] = [
    "Instructions of those who run this service, for the whole conversation:",
    "Here the instructions end. The conversation begins.",
];

/// The parts of a request that both operations share.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    pub(super) system: Vec<SystemContentBlock>,
    pub(super) messages: Vec<Message>,
    pub(super) inference: InferenceConfiguration,
    /// What it says of the shape of the answer.
    pub(super) form: Form,
    /// For the invocation log. Nothing of a person.
    pub(super) metadata: HashMap<String, String>,
}

impl Request {
    /// The request for `prompt` to a model with this card, marked as one of `product`.
    ///
    /// # Errors
    /// `Invalid` when the prompt has no output maximum, a temperature outside 0 to 1, or a shape whose schema is no JSON
    /// object.
    pub(super) fn of(prompt: &Prompt, card: &Card, product: &str) -> Result<Self> {
        let form = Form::of(prompt.shape.as_ref(), card.shape)?;
        let told: Vec<&str> =
            talk::system(prompt).into_iter().chain(form.words.as_deref().map(str::trim_end)).collect();
        let (system, folded) = if card.system { (system(&told, card)?, None) } else { (Vec::new(), Some(fold(&told))) };
        let metadata = [("product", product), ("prompt_version", &prompt.version)];
        Ok(Self {
            system,
            messages: messages(prompt, folded)?,
            inference: inference(prompt.max_output_tokens, prompt.temperature)?,
            form,
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
        Ok(Self { system: Vec::new(), messages, inference: inference(1, 0.0)?, form: Form::default(), metadata })
    }
}

/// Our instructions as a system prompt: it stays the same from call to call, so the vendor is asked to keep it where it is
/// long enough for that.
fn system(told: &[&str], card: &Card) -> Result<Vec<SystemContentBlock>> {
    let mut system: Vec<_> = told.iter().map(|text| SystemContentBlock::Text((*text).to_owned())).collect();
    let tokens: u64 = told.iter().map(|text| estimated(text)).sum();
    if card.cache_from.is_some_and(|least| tokens >= u64::from(least)) {
        let point = CachePointBlock::builder().r#type(CachePointType::Default).build();
        let unwritten = |cause| Error::new(ErrorKind::Internal, "a cache point could not be written").caused_by(cause);
        system.push(SystemContentBlock::CachePoint(point.map_err(unwritten)?));
    }
    Ok(system)
}

/// Our instructions as the beginning of the first message.
fn fold(told: &[&str]) -> String {
    let [before, behind] = FOLDED;
    format!("{before}\n\n{}\n\n{behind}", told.join("\n\n"))
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

/// The talk, with what was folded in before the customer's first words.
fn messages(prompt: &Prompt, folded: Option<String>) -> Result<Vec<Message>> {
    let mut talk = talk::talk(prompt);
    if let (Some(told), Some((_, first))) = (folded, talk.first_mut()) {
        first.insert(0, told);
    }
    talk.into_iter().map(|(role, texts)| message(role.into(), texts)).collect()
}

impl From<Role> for ConversationRole {
    fn from(role: Role) -> Self {
        match role {
            Role::User => Self::User,
            Role::Assistant => Self::Assistant,
        }
    }
}

fn message(role: ConversationRole, texts: Vec<String>) -> Result<Message> {
    let content = texts.into_iter().map(ContentBlock::Text).collect();
    let incomplete = |cause| Error::new(ErrorKind::Internal, "a message could not be written").caused_by(cause);
    Message::builder().role(role).set_content(Some(content)).build().map_err(incomplete)
}

/// A value with the signs that metadata may have: `[a-zA-Z0-9\s:_@$#=/+,-.]{0,256}`.
fn metadata_value(text: &str) -> String {
    let allowed = |sign: char| sign.is_ascii_alphanumeric() || " :_@$#=/+,-.".contains(sign);
    text.chars().take(LONGEST_METADATA).map(|sign| if allowed(sign) { sign } else { '-' }).collect()
}

#[cfg(test)]
mod tests;
