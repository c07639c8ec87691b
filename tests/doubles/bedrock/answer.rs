//! What the double says: a set text, or the evidence of the request quoted with its markers.

use serde_json::{Value, json};

use super::Knobs;

/// What is said when the request holds no evidence: it claims nothing.
const NO_EVIDENCE: &str = "Could you tell me more about it?";

/// An answer in pieces.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// One for a token.
    pub pieces: Vec<String>,
    /// The tool that is called with them as its input; without it, they are said.
    pub tool: Option<String>,
    pub stop_reason: String,
    pub input_tokens: u64,
    pub output_tokens: u64,
}

impl Answer {
    /// The answer to a request that keeps the rules.
    pub fn to(request: &Value, knobs: &Knobs) -> Self {
        let text = knobs.text.clone().unwrap_or_else(|| quote(&evidence(request), knobs.quotes));
        let mut pieces: Vec<String> = text.split_inclusive(' ').map(str::to_owned).collect();
        if knobs.empty {
            pieces.clear();
        }
        let most = request["inferenceConfig"]["maxTokens"].as_u64().and_then(|most| usize::try_from(most).ok());
        let cut = most.is_some_and(|most| pieces.len() > most);
        pieces.truncate(most.unwrap_or(usize::MAX));
        let tool = request["toolConfig"]["toolChoice"]["tool"]["name"].as_str().map(str::to_owned);
        let ended = if tool.is_some() { "tool_use" } else { "end_turn" };
        let ended = if cut { "max_tokens" } else { ended };
        let written = pieces.len() as u64;
        Self {
            pieces,
            tool,
            stop_reason: knobs.stop_reason.clone().unwrap_or_else(|| ended.into()),
            input_tokens: knobs.input_tokens.unwrap_or((request.to_string().len() as u64).div_ceil(4)),
            output_tokens: knobs.output_tokens.unwrap_or(written),
        }
    }

    /// The content of the message, in one piece. What a tool is called with is an object, however it was cut.
    pub fn content(&self) -> Value {
        let text = self.pieces.concat();
        match &self.tool {
            _ if self.pieces.is_empty() => json!([]),
            None => json!([{"text": text}]),
            Some(name) => {
                let input: Value = serde_json::from_str(&text).unwrap_or_else(|_| json!({}));
                json!([{"toolUse": {"toolUseId": "tooluse_double", "name": name, "input": input}}])
            }
        }
    }

    /// How a stream says that its one block begins; a text begins unsaid.
    pub fn start(&self) -> Option<Value> {
        let tool = |name| json!({"toolUse": {"toolUseId": "tooluse_double", "name": name}});
        self.tool.as_ref().map(|name| json!({"contentBlockIndex": 0, "start": tool(name)}))
    }

    /// A piece of a stream.
    pub fn delta(&self, piece: &str) -> Value {
        let delta = if self.tool.is_some() { json!({"toolUse": {"input": piece}}) } else { json!({"text": piece}) };
        json!({"contentBlockIndex": 0, "delta": delta})
    }
}

/// The texts of the last message's evidence: below the line that begins with `[n]`, up to the mark that ends it.
fn evidence(request: &Value) -> Vec<String> {
    let last = request["messages"].as_array().and_then(|messages| messages.last());
    let blocks = last.and_then(|message| message["content"].as_array()).into_iter().flatten();
    let texts = blocks.filter_map(|block| block["text"].as_str()).filter(|text| text.starts_with("<evidence number="));
    texts
        .map(|text| {
            let lines: Vec<&str> = text.lines().skip(2).filter(|line| *line != "</evidence>").collect();
            lines.join(" ")
        })
        .collect()
}

fn quote(evidence: &[String], most: usize) -> String {
    let quoted = evidence.iter().enumerate().take(most).map(|(index, text)| {
        let sentence = text.split_once(". ").map_or(text.as_str(), |(first, _)| first);
        format!("{}. [{}]", sentence.trim().trim_end_matches('.'), index + 1)
    });
    let quoted: Vec<String> = quoted.collect();
    if quoted.is_empty() { NO_EVIDENCE.into() } else { quoted.join(" ") }
}
