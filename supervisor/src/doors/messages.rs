//! The events of a turn as the streaming doors write them: the same messages in server-sent events and in WebSocket frames.

use contract::IdempotencyKey;
use serde::Serialize;

use super::error::Problem;
use super::wire::{AgentBody, TurnReply};
use crate::event::TurnEvent;

/// One thing that happened in a turn, as clients learn of it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Message {
    /// An agent came to an outcome.
    Report(AgentBody),
    /// The next words of the reply.
    Delta(Words),
    /// The turn is stored; this is the reply, as REST returns it. The last message.
    Closed(Box<TurnReply>),
    /// The turn came to no reply. The last message.
    Error(Problem),
}

/// The next words of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Words {
    /// To be appended to the words before.
    pub text: String,
}

impl Message {
    /// The kind of message, in one word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Report(_) => "report",
            Self::Delta(_) => "delta",
            Self::Closed(_) => "closed",
            Self::Error(_) => "error",
        }
    }

    /// Whether no message of this turn follows.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Closed(_) | Self::Error(_))
    }
}

impl From<TurnEvent> for Message {
    fn from(event: TurnEvent) -> Self {
        match event {
            TurnEvent::Reported(report) => Self::Report(AgentBody::from(&report)),
            TurnEvent::Delta(text) => Self::Delta(Words { text }),
            TurnEvent::Closed(record) => Self::Closed(Box::new(TurnReply::from(&*record))),
        }
    }
}

/// A message with its place in the turn.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Numbered {
    /// Counted from one. A number that does not grow means that the turn is told from its beginning again.
    pub seq: u64,
    /// The message.
    #[serde(flatten)]
    pub message: Message,
}

/// A message of one of the turns that share a socket.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Envelope {
    /// The idempotency key of the turn.
    pub key: IdempotencyKey,
    /// The message and its place.
    #[serde(flatten)]
    pub numbered: Numbered,
}

/// Joins neighbouring deltas: a reader who is behind gets the same words in fewer pieces.
pub fn coalesced(messages: Vec<Numbered>) -> Vec<Numbered> {
    let mut joined: Vec<Numbered> = Vec::with_capacity(messages.len());
    for next in messages {
        if let (Some(Numbered { seq, message: Message::Delta(before) }), Message::Delta(words)) =
            (joined.last_mut(), &next.message)
        {
            before.text.push_str(&words.text);
            *seq = next.seq;
        } else {
            joined.push(next);
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn delta(seq: u64, text: &str) -> Numbered {
        Numbered { seq, message: Message::Delta(Words { text: text.into() }) }
    }

    fn problem(seq: u64) -> Numbered {
        let problem = Problem::protocol(axum::http::StatusCode::NOT_FOUND, "nothing", "look elsewhere");
        Numbered { seq, message: Message::Error(problem) }
    }

    #[test]
    fn an_envelope_reads_as_the_protocol_says() {
        let envelope = Envelope { key: IdempotencyKey::new("k").unwrap(), numbered: delta(2, "Hello") };
        let expected = json!({"type": "delta", "key": "k", "seq": 2, "data": {"text": "Hello"}});
        assert_eq!(serde_json::to_value(&envelope).unwrap(), expected);
    }

    #[test]
    fn only_neighbouring_deltas_are_joined() {
        let joined = coalesced(vec![delta(1, "a"), delta(2, "b"), problem(3), delta(4, "c"), delta(5, "d")]);
        assert_eq!(joined, [delta(2, "ab"), problem(3), delta(5, "cd")]);
    }
}
