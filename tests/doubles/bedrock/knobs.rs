//! How the double behaves: each field is a flag of the program and a field of `POST /_double`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// What is answered; without it, the first sentence of each piece of evidence that the request holds, up to `quotes`.
    pub text: Option<String>,
    /// How many pieces of evidence are quoted.
    pub quotes: usize,
    /// From the request to the first byte of the answer.
    pub first_token_ms: u64,
    /// Pace of a stream; 0 sends all at once.
    pub tokens_per_second: f64,
    /// Refuses every n-th call with a ThrottlingException; 0 none.
    pub throttle_every: u64,
    /// Refuses the next calls.
    pub fail: Option<Failing>,
    /// Sends this exception frame, such as `throttlingException`, after `after` pieces of text.
    pub stream_exception: Option<String>,
    /// Where a stream exception stands.
    pub after: usize,
    /// Sends nothing more after so many pieces, and keeps the connection open.
    pub stall_after: Option<usize>,
    /// Breaks the connection in the middle of the frame after so many pieces.
    pub cut_after: Option<usize>,
    /// Ends the stream in good order after so many pieces, but without its last events.
    pub end_after: Option<usize>,
    /// Sends a frame with a wrong checksum after so many pieces.
    pub corrupt_after: Option<usize>,
    /// Answers without any text.
    pub empty: bool,
    /// Why the answer ended; without it `end_turn`, or `max_tokens` where the request's maximum cut it.
    pub stop_reason: Option<String>,
    /// Tokens read; without it, counted as one for four bytes.
    pub input_tokens: Option<u64>,
    /// Tokens that were read from the cache; without it, the answer does not speak of them.
    pub cache_read_tokens: Option<u64>,
    /// Tokens that were read and kept in the cache; without it, the answer does not speak of them.
    pub cache_write_tokens: Option<u64>,
    /// Tokens written; without it, one for each piece.
    pub output_tokens: Option<u64>,
}

/// Which error the next calls get.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failing {
    /// Its name, such as `ModelTimeoutException`; of one that is not known, a status such as `502`.
    pub error: String,
    /// How many calls still get it.
    pub calls: u64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            text: None,
            quotes: 1,
            first_token_ms: 0,
            tokens_per_second: 0.0,
            throttle_every: 0,
            fail: None,
            stream_exception: None,
            after: 0,
            stall_after: None,
            cut_after: None,
            end_after: None,
            corrupt_after: None,
            empty: false,
            stop_reason: None,
            input_tokens: None,
            cache_read_tokens: None,
            cache_write_tokens: None,
            output_tokens: None,
        }
    }
}

impl Knobs {
    /// These knobs with some of them turned.
    pub fn with(&self, wanted: &Value) -> Result<Self, String> {
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        let wanted = wanted.as_object().ok_or("the knobs are a JSON object")?;
        if let Some(all) = all.as_object_mut() {
            all.extend(wanted.clone());
        }
        serde_json::from_value(all).map_err(|error| error.to_string())
    }

    /// From `--first-token-ms 200 --text "Hello." --empty true --fail ThrottlingException:3`.
    pub fn from_flags(flags: &[String]) -> Result<Self, String> {
        let mut wanted = Map::new();
        for pair in flags.chunks(2) {
            let [name, value] = pair else { return Err(format!("{} has no value", pair[0])) };
            let name = name.strip_prefix("--").ok_or_else(|| format!("{name} is no flag"))?.replace('-', "_");
            wanted.insert(name.clone(), flag(&name, value)?);
        }
        Self::default().with(&Value::Object(wanted))
    }

    /// The error that the call with this number gets, if any.
    pub fn take_failure(&mut self, call: u64) -> Option<String> {
        if let Some(fail) = self.fail.as_mut().filter(|fail| fail.calls > 0) {
            fail.calls -= 1;
            return Some(fail.error.clone());
        }
        let throttled = self.throttle_every > 0 && call.is_multiple_of(self.throttle_every);
        throttled.then(|| "ThrottlingException".into())
    }
}

fn flag(name: &str, value: &str) -> Result<Value, String> {
    match (name, value.rsplit_once(':')) {
        ("fail", Some((error, calls))) => {
            let calls: u64 = calls.parse().map_err(|_| format!("{calls} is no number of calls"))?;
            Ok(serde_json::json!({"error": error, "calls": calls}))
        }
        ("fail", None) => Err("write --fail ThrottlingException:3".into()),
        ("text" | "stop_reason" | "stream_exception", _) => Ok(value.into()),
        _ => serde_json::from_str(value).map_err(|_| format!("{value} is no value of --{name}")),
    }
}
