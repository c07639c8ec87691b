//! What a client may say over a socket, at home and on AWS alike.

use contract::{Error, IdempotencyKey, SessionId};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::doors::body::{misfit, not_json};
use crate::doors::error::Problem;
use crate::doors::wire::TurnRequest;

/// A message that was understood.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Incoming {
    /// A sign of life.
    Ping,
    /// A turn, or one to be told further.
    Turn(Box<Wanted>),
    /// A wish to hear what people say in one's own conversation.
    Watch(Watched),
    /// A person's wish to see the desk.
    WatchDesk,
}

/// A conversation that a client wants to watch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Watched {
    /// The conversation.
    pub(crate) session_id: SessionId,
    /// The number of the word that the client read last; 0 at first.
    #[serde(default)]
    pub(crate) after: u64,
}

/// A turn that a client wants to be told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    /// What makes a repeat recognisable.
    pub(crate) key: Option<IdempotencyKey>,
    /// The number of the message that the client saw last; 0 at first.
    pub(crate) seen: u64,
    /// The turn.
    pub(crate) body: TurnRequest,
}

/// A message that was not understood.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Misunderstood {
    /// The turn that it was about, if that much is known.
    pub(crate) key: Option<IdempotencyKey>,
    /// What is wrong with it.
    pub(crate) problem: Problem,
}

/// Reads a message.
pub(crate) fn read(text: &str) -> Result<Incoming, Misunderstood> {
    let fail = |problem| Misunderstood { key: None, problem };
    let mut fields: Map<String, Value> = serde_json::from_str(text).map_err(|cause| fail(not_an_object(&cause)))?;
    match fields.remove("type").as_ref().and_then(Value::as_str) {
        Some("ping") => Ok(Incoming::Ping),
        Some("turn") => turn(fields).map(|wanted| Incoming::Turn(Box::new(wanted))),
        Some("watch") => watch(fields).map(Incoming::Watch).map_err(fail),
        Some("watch_desk") => Ok(Incoming::WatchDesk),
        Some(other) => Err(fail(unknown(&format!("{other:?} is no type of message")))),
        None => Err(fail(unknown("the message has no type"))),
    }
}

fn turn(mut fields: Map<String, Value>) -> Result<Wanted, Misunderstood> {
    let fail = |problem: Error| Misunderstood { key: None, problem: problem.into() };
    let key = match fields.remove("key") {
        None | Some(Value::Null) => None,
        Some(Value::String(key)) => Some(IdempotencyKey::new(key).map_err(|error| fail(as_field(error)))?),
        Some(_) => return Err(fail(Error::invalid("key", "the key is no text"))),
    };
    let seen = match fields.remove("last_seq") {
        None => 0,
        Some(number) => number.as_u64().ok_or_else(|| {
            let error = Error::invalid("last_seq", "not the number of a message").hint("send 0, or the seq seen last");
            Misunderstood { key: key.clone(), problem: error.into() }
        })?,
    };
    match serde_path_to_error::deserialize(Value::Object(fields)) {
        Ok(body) => Ok(Wanted { key, seen, body }),
        Err(error) => Err(Misunderstood { key, problem: misfit(error.path(), error.inner()) }),
    }
}

fn watch(fields: Map<String, Value>) -> Result<Watched, Problem> {
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| misfit(error.path(), error.inner()))
}

/// Over a socket the key is a field, not a header.
fn as_field(mut error: Error) -> Error {
    error.field = Some("key".into());
    error
}

fn not_an_object(cause: &serde_json::Error) -> Problem {
    if cause.is_data() { unknown("the message is no JSON object") } else { not_json(cause) }
}

fn unknown(detail: &str) -> Problem {
    Error::invalid("type", detail)
        .hint(r#"send {"type":"turn","text":"…"}, {"type":"watch","session_id":"…"} or {"type":"ping"}"#)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> (Option<String>, u16, Option<String>) {
        let Misunderstood { key, problem } = read(text).unwrap_err();
        assert!(problem.hint.is_some() || problem.field.is_some(), "{text}");
        (key.map(|key| key.to_string()), problem.status, problem.field)
    }

    #[test]
    fn reads_turns_and_pings() {
        assert_eq!(read(r#"{"type":"ping"}"#), Ok(Incoming::Ping));
        let Ok(Incoming::Turn(wanted)) =
            read(r#"{"type":"turn","key":"k","last_seq":3,"text":"Hi","channel":"mobile"}"#)
        else {
            panic!("not a turn")
        };
        assert_eq!((wanted.key.unwrap().as_str(), wanted.seen, wanted.body.text.as_str()), ("k", 3, "Hi"));
    }

    #[test]
    fn reads_what_a_client_wants_to_watch() {
        let Ok(Incoming::Watch(watched)) = read(r#"{"type":"watch","session_id":"s","after":4}"#) else {
            panic!("no watch")
        };
        assert_eq!((watched.session_id.as_str(), watched.after), ("s", 4));
        assert_eq!(read(r#"{"type":"watch_desk"}"#), Ok(Incoming::WatchDesk));
        assert_eq!(problem(r#"{"type":"watch","session_id":"a b"}"#), (None, 422, Some("session_id".into())));
        assert_eq!(problem(r#"{"type":"watch","session":"s"}"#).1, 422);
    }

    #[test]
    fn says_what_is_wrong_and_with_which_turn() {
        let field = |name: &str| Some(name.to_owned());
        assert_eq!(problem("nonsense"), (None, 400, None));
        assert_eq!(problem("[1]"), (None, 422, field("type")));
        assert_eq!(problem("{}"), (None, 422, field("type")));
        assert_eq!(problem(r#"{"type":"shout"}"#), (None, 422, field("type")));
        assert_eq!(problem(r#"{"type":"turn","key":"a b","text":"x"}"#), (None, 422, field("key")));
        assert_eq!(problem(r#"{"type":"turn","key":7,"text":"x"}"#), (None, 422, field("key")));
        assert_eq!(
            problem(r#"{"type":"turn","key":"k","last_seq":-1,"text":"x"}"#),
            (field("k"), 422, field("last_seq"))
        );
        assert_eq!(problem(r#"{"type":"turn","key":"k","text":7}"#), (field("k"), 422, field("text")));
        assert_eq!(
            problem(r#"{"type":"turn","key":"k","vehicle":{"speed_kph":"x"},"text":""}"#).2,
            field("vehicle.speed_kph")
        );
    }
}
