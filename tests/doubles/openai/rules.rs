//! What the real service refuses, so that a request that passes here passes there.

use serde_json::Value;

use super::{MODELS, Refusing};

/// Parameters of a chat completion that this double knows.
const KNOWN: [&str; 9] = [
    "model",
    "messages",
    "temperature",
    "reasoning_effort",
    "max_completion_tokens",
    "response_format",
    "stream",
    "stream_options",
    "store",
];

/// The rule that a request breaks, if any.
pub fn broken(request: &Value) -> Option<Refusing> {
    let Some(fields) = request.as_object() else { return Some(invalid("", "We could not parse the JSON body.")) };
    let model = request["model"].as_str().unwrap_or_default();
    let thinks = model.starts_with("gpt-5");
    if let Some(name) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        let code = if name == "max_tokens" { "unsupported_parameter" } else { "unknown_parameter" };
        return Some(invalid(code, &format!("Unknown parameter: '{name}'.")));
    }
    if !MODELS.contains(&model) {
        let message = format!("The model `{model}` does not exist or you do not have access to it.");
        return Some(Refusing::new(404, "invalid_request_error", "model_not_found", &message));
    }
    let rules: [(bool, &str, &str); 6] = [
        (messages(&request["messages"]), "invalid_value", "Invalid value: 'messages'."),
        // The service would take a request without it; our own rule is that there is always one.
        (request["max_completion_tokens"].as_u64().is_some_and(|most| most > 0), "", "No output maximum is set."),
        (!thinks || temperature(request).is_none(), "unsupported_value", "'temperature' does not support this value."),
        (thinks || fields.get("reasoning_effort").is_none(), "unsupported_parameter", "'reasoning_effort'"),
        (temperature(request).is_none_or(|value| (0.0..=2.0).contains(&value)), "", "'temperature' is out of range."),
        (fields.get("stream_options").is_none() || request["stream"] == true, "", "'stream_options' needs 'stream'."),
    ];
    let broken = rules.into_iter().find(|(kept, ..)| !kept).map(|(_, code, message)| invalid(code, message));
    broken.or_else(|| fields.get("response_format").and_then(shape))
}

fn temperature(request: &Value) -> Option<f64> {
    request["temperature"].as_f64()
}

fn messages(messages: &Value) -> bool {
    let said = |message: &Value| {
        let roles = ["system", "user", "assistant"];
        let role = message["role"].as_str().is_some_and(|role| roles.contains(&role));
        role && message["content"].as_str().is_some_and(|content| !content.is_empty())
    };
    messages.as_array().is_some_and(|messages| !messages.is_empty() && messages.iter().all(said))
}

/// Strict schemas name all their properties as required and allow no others.
/// <https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>
fn shape(format: &Value) -> Option<Refusing> {
    let named = &format["json_schema"];
    let schema = &named["schema"];
    let name = named["name"].as_str().unwrap_or_default();
    let signs = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if format["type"] != "json_schema" || name.is_empty() || !signs {
        return Some(invalid("invalid_value", "Invalid 'response_format'."));
    }
    let properties = schema["properties"].as_object().into_iter().flat_map(|all| all.keys());
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let closed = schema["additionalProperties"] == false && schema["type"] == "object";
    let all = properties.into_iter().all(|name| required.iter().any(|wanted| wanted == name));
    let strict = named["strict"] != true || (closed && all);
    (!strict).then(|| invalid("invalid_value", "Invalid schema for response_format."))
}

fn invalid(code: &str, message: &str) -> Refusing {
    Refusing::new(400, "invalid_request_error", code, message)
}
