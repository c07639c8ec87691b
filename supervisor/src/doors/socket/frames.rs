//! Writes messages into frames that every gateway lets through: what is too long for one goes in parts.

use serde::Serialize;

use crate::doors::error::Problem;
use crate::doors::messages::{Envelope, Message};

/// Largest frame that is sent, in bytes. API Gateway lets 32 KB pass.
pub(crate) const LARGEST_FRAME: usize = 28 * 1024;

/// The answer to a ping.
pub(crate) const PONG: &str = r#"{"type":"pong"}"#;

/// Longest piece of a message in parts, in bytes. Escaped once more it at most doubles, as JSON holds no raw control
/// characters.
const LONGEST_PIECE: usize = 12 * 1024;

/// A piece of the JSON text of a message that is too long for one frame.
#[derive(Debug, Serialize)]
struct Part<'a> {
    r#type: &'static str,
    key: &'a str,
    seq: u64,
    /// Which piece, counted from one.
    part: usize,
    /// How many there are.
    parts: usize,
    data: &'a str,
}

/// The frames of a message.
pub(crate) fn of(envelope: &Envelope) -> Vec<String> {
    let text = serde_json::to_string(envelope).unwrap_or_default();
    in_parts(text, envelope.key.as_str(), envelope.numbered.seq)
}

/// The frames of a message of this text. Its parts, if it needs any, are told by this key and number.
pub(crate) fn in_parts(text: String, key: &str, seq: u64) -> Vec<String> {
    if text.len() <= LARGEST_FRAME {
        return vec![text];
    }
    let pieces = pieces(&text);
    let parts = pieces.len();
    let numbered = pieces.into_iter().zip(1..);
    numbered
        .map(|(data, part)| Part { r#type: "part", key, seq, part, parts, data })
        .map(|part| serde_json::to_string(&part).unwrap_or_default())
        .collect()
}

/// The frame of a problem that belongs to no turn.
pub(crate) fn of_problem(problem: Problem) -> String {
    serde_json::to_string(&Message::Error(problem)).unwrap_or_default()
}

fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, following) = rest.split_at(rest.floor_char_boundary(LONGEST_PIECE));
        pieces.push(piece);
        rest = following;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use contract::IdempotencyKey;
    use serde_json::Value;

    use super::*;
    use crate::doors::messages::{Numbered, Words};

    fn envelope(text: String) -> Envelope {
        let numbered = Numbered { seq: 7, message: Message::Delta(Words { text }) };
        Envelope { key: IdempotencyKey::new("k".repeat(64)).unwrap(), numbered }
    }

    #[test]
    fn a_short_message_is_one_frame() {
        assert_eq!(of(&envelope("Hello".into())).len(), 1);
    }

    #[test]
    fn a_long_message_comes_in_parts_that_join_to_the_whole() {
        for text in ["\"\\".repeat(30_000), "ä€\u{1f697}".repeat(9_000), "\n".repeat(40_000)] {
            let envelope = envelope(text);
            let frames = of(&envelope);
            assert!(frames.len() > 1 && frames.iter().all(|frame| frame.len() <= LARGEST_FRAME));
            let parts: Vec<Value> = frames.iter().map(|frame| serde_json::from_str(frame).unwrap()).collect();
            assert!(
                parts.iter().enumerate().all(|(index, part)| part["part"] == index + 1 && part["parts"] == parts.len())
            );
            let whole: String = parts.iter().map(|part| part["data"].as_str().unwrap()).collect();
            let read: Value = serde_json::from_str(&whole).unwrap();
            assert_eq!(read, serde_json::to_value(&envelope).unwrap());
        }
    }
}
