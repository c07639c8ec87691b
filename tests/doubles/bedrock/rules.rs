//! The rules that Bedrock refuses a request by, as far as a text request can break them.

use serde_json::Value;

/// What a request breaks, in the words of the service or near them; nothing when it may pass.
pub fn broken(request: &Value) -> Option<String> {
    let messages = request["messages"].as_array().filter(|messages| !messages.is_empty());
    let Some(messages) = messages else { return Some("a conversation must have a message".into()) };
    let roles: Vec<&str> = messages.iter().filter_map(|message| message["role"].as_str()).collect();
    let blocks = messages.iter().chain(request["system"].as_array().map(|_| &request["system"]));
    let first =
        || (roles.first() != Some(&"user")).then(|| "A conversation must start with a user message.".to_owned());
    let turns = || {
        let alternate = roles.len() == messages.len() && roles.windows(2).all(|pair| pair[0] != pair[1]);
        (!alternate).then(|| "roles must alternate between \"user\" and \"assistant\"".to_owned())
    };
    let last = || (roles.last() != Some(&"user")).then(|| "the last message must be the user's".to_owned());
    first()
        .or_else(turns)
        .or_else(last)
        .or_else(|| blank(blocks))
        .or_else(|| inference(request))
        .or_else(|| metadata(request))
}

fn blank<'a>(messages: impl Iterator<Item = &'a Value>) -> Option<String> {
    for message in messages {
        let content = message.get("content").unwrap_or(message).as_array().filter(|content| !content.is_empty());
        let Some(content) = content else { return Some("The content field is empty.".into()) };
        if !content[0]["cachePoint"].is_null() {
            return Some("A cache point must stand behind what it keeps.".into());
        }
        let spoken = content.iter().filter(|block| block["cachePoint"]["type"] != "default");
        let texts = spoken.map(|block| block["text"].as_str().unwrap_or_default());
        if texts.into_iter().any(|text| text.trim().is_empty()) {
            return Some("The text field in the ContentBlock object is blank.".into());
        }
    }
    None
}

fn inference(request: &Value) -> Option<String> {
    let inference = request.get("inferenceConfig")?;
    let tokens = inference.get("maxTokens").is_none_or(|tokens| tokens.as_u64().is_some_and(|tokens| tokens > 0));
    let warmth = inference.get("temperature");
    let warmth = warmth.is_none_or(|warmth| warmth.as_f64().is_some_and(|warmth| (0.0..=1.0).contains(&warmth)));
    (!tokens || !warmth).then(|| "inferenceConfig is out of range".into())
}

fn metadata(request: &Value) -> Option<String> {
    let pairs = request.get("requestMetadata")?.as_object()?;
    let allowed = |text: &str| {
        text.len() <= 256 && text.chars().all(|sign| sign.is_ascii_alphanumeric() || " \t\n:_@$#=/+,-.".contains(sign))
    };
    let fine =
        |(name, value): (&String, &Value)| !name.is_empty() && allowed(name) && value.as_str().is_some_and(allowed);
    let all = (1..=16).contains(&pairs.len()) && pairs.iter().all(fine);
    (!all).then(|| "requestMetadata does not match its pattern".into())
}
