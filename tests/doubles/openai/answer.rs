//! What the double says: a set text, a value for each property of a shape, or the evidence of the request quoted.

use serde_json::{Map, Value, json};

use super::Knobs;

/// An answer in pieces.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// One for a token.
    pub pieces: Vec<String>,
    pub finish_reason: String,
    pub model: String,
    /// Tokens read, those of them from the cache, tokens written.
    pub usage: (u64, u64, u64),
}

impl Answer {
    /// The answer to a request that keeps the rules.
    pub fn to(request: &Value, knobs: &Knobs) -> Self {
        let schema = request["response_format"]["json_schema"].get("schema");
        let text = knobs.text.clone().or_else(|| schema.map(|schema| fill(schema).to_string()));
        let text = text.unwrap_or_else(|| quote(request));
        let mut pieces: Vec<String> = text.split_inclusive(' ').map(str::to_owned).collect();
        let most = request["max_completion_tokens"].as_u64().and_then(|most| usize::try_from(most).ok());
        let cut = most.is_some_and(|most| pieces.len() > most);
        pieces.truncate(most.unwrap_or(usize::MAX));
        let counted = ((request.to_string().len() as u64).div_ceil(4), 0, pieces.len() as u64);
        let ended = if cut { "length" } else { "stop" };
        Self {
            finish_reason: knobs.finish_reason.clone().unwrap_or_else(|| ended.into()),
            model: request["model"].as_str().unwrap_or_default().to_owned(),
            usage: knobs.usage.unwrap_or(counted),
            pieces,
        }
    }

    pub fn counted(&self) -> Value {
        let (read, cached, written) = self.usage;
        json!({
            "prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written,
            "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        })
    }
}

/// The smallest value of a simple schema.
fn fill(schema: &Value) -> Value {
    if let Some(choices) = schema["enum"].as_array() {
        return choices[0].clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().cloned().unwrap_or_default();
            Value::Object(properties.iter().map(|(name, inner)| (name.clone(), fill(inner))).collect::<Map<_, _>>())
        }
        Some("array") => json!([]),
        Some("number" | "integer") => json!(0),
        Some("boolean") => json!(false),
        _ => json!("a"),
    }
}

/// The first sentence of the first evidence, with its number; without any, a question that claims nothing.
fn quote(request: &Value) -> String {
    let last = request["messages"].as_array().and_then(|messages| messages.last());
    let said = last.and_then(|message| message["content"].as_str()).unwrap_or_default();
    let Some((_, rest)) = said.split_once("<evidence number=\"1\">\n") else {
        return "Could you tell me more about it?".into();
    };
    let evidence = rest.split("\n</evidence>").next().unwrap_or_default();
    let text = evidence.split_once('\n').map_or("", |(_, text)| text);
    let sentence = text.split_once(". ").map_or(text, |(first, _)| first);
    format!("{}. [1]", sentence.trim().trim_end_matches('.'))
}
