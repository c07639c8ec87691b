//! What each model takes, read from Amazon's pages and not from our own table.
//!
//! - Features of Converse: <https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html>
//! - Forced tools: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html>
//! - Schemas: <https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html>
//! - Caching: <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html>

use serde_json::Value;

/// What a request asks of its model that the model does not take. A profile that hides its model takes all.
pub fn beyond(model: &str, request: &Value) -> Option<String> {
    let is = |names: &[&str]| names.iter().any(|name| model.contains(name));
    if model.starts_with("arn:") && !is(&["amazon.", "anthropic.", "meta.", "ai21."]) {
        return None;
    }
    let has = |part: &str| !request[part].is_null();
    let choice = &request["toolConfig"]["toolChoice"];
    let keeps = request["system"].as_array().into_iter().flatten().any(|block| !block["cachePoint"].is_null());
    let refused = [
        (has("system") && is(&["titan", "mistral-7b", "command-text"]), "system messages"),
        (has("toolConfig") && is(&["titan", "jamba-instruct", "claude-v2"]), "tool use"),
        (!choice["tool"].is_null() && !is(&["anthropic.claude", "amazon.nova"]), "toolConfig.toolChoice.tool"),
        (!choice["any"].is_null() && !is(&["anthropic.claude", "amazon.nova", "mistral-large"]), "toolChoice.any"),
        (has("outputConfig") && !is(&["anthropic.claude", "qwen", "openai.gpt-oss", "mistral"]), "outputConfig"),
        (keeps && !is(&["anthropic.claude", "amazon.nova"]), "prompt caching"),
    ];
    let part = refused.into_iter().find(|(refused, _)| *refused)?.1;
    Some(format!("This model doesn't support {part}. Try again without it or use a model that supports it."))
}

/// What is malformed in the parts that ask for a shape.
pub fn malformed(request: &Value) -> Option<String> {
    tools(&request["toolConfig"]).or_else(|| format(&request["outputConfig"]["textFormat"]))
}

fn tools(config: &Value) -> Option<String> {
    if config.is_null() {
        return None;
    }
    let specified: Vec<&Value> = config["tools"].as_array()?.iter().map(|tool| &tool["toolSpec"]).collect();
    let named = |spec: &&Value| spec["name"].as_str().is_some_and(named);
    let typed = |spec: &&Value| spec["inputSchema"]["json"]["type"] == "object";
    let chosen = &config["toolChoice"]["tool"]["name"];
    if specified.is_empty() || !specified.iter().all(named) {
        return Some("toolConfig.tools: a tool needs a name of [a-zA-Z0-9_-]{1,64}".into());
    }
    if !specified.iter().all(typed) {
        return Some("toolSpec.inputSchema.json.type must be one of the following: object.".into());
    }
    let known = chosen.is_null() || specified.iter().any(|spec| spec["name"] == *chosen);
    (!known).then(|| "toolChoice names a tool that is not there".into())
}

fn named(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"_-".contains(&sign))
}

fn format(format: &Value) -> Option<String> {
    if format.is_null() {
        return None;
    }
    let schema = format["structure"]["jsonSchema"]["schema"].as_str().map(serde_json::from_str::<Value>);
    let Some(Ok(schema)) = schema.filter(|_| format["type"] == "json_schema") else {
        return Some("outputConfig.textFormat: a JSON Schema as a text is expected".into());
    };
    let closed = schema["type"] != "object" || schema["additionalProperties"] == false;
    (!closed).then(|| "For 'object' type, 'additionalProperties' must be explicitly set to false".into())
}
