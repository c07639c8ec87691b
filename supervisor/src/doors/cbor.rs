//! CBOR (RFC 8949) for thin links: a body is read into the values that JSON has, and an answer is written as it would be in JSON.

use axum::http::StatusCode;
use ciborium::Value as Cbor;
use contract::{Error, ErrorKind, Result};
use serde::Serialize;
use serde_json::{Map, Number, Value};

use super::error::Problem;

/// The media type, of bodies and of answers.
pub(super) const MEDIA_TYPE: &str = "application/cbor";

/// The deepest nesting that a body may have; a turn's own is three.
const DEEPEST: usize = 16;

/// Reads one item into the values that JSON has, as RFC 8949 (section 6.1) converts them, so that the same checks and the
/// same words serve both. Memory grows with what was sent, never with what a length claims.
///
/// # Errors
/// 400 when it is not one whole CBOR item, or nested too deep; 422, naming the field, for what JSON has no value for.
pub(super) fn read(body: &[u8]) -> std::result::Result<Value, Problem> {
    let mut rest = body;
    let item: Cbor =
        ciborium::de::from_reader_with_recursion_limit(&mut rest, DEEPEST).map_err(|cause| not_cbor(&cause))?;
    if !rest.is_empty() {
        return Err(bad(format!("{} bytes follow the CBOR item", rest.len())));
    }
    Ok(converted(item, &mut String::new())?)
}

/// Writes an answer.
///
/// # Errors
/// `Internal`, which no answer of ours causes.
pub(super) fn write(answer: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    ciborium::into_writer(answer, &mut bytes)
        .map_err(|cause| Error::new(ErrorKind::Internal, "the answer cannot be written as CBOR").caused_by(cause))?;
    Ok(bytes)
}

/// The value in JSON's terms. `path` says where it stands.
fn converted(item: Cbor, path: &mut String) -> Result<Value> {
    let wrong = |path: &str, what: &str| {
        let field = if path.is_empty() { "body" } else { path };
        Error::invalid(field, format!("invalid type: {what}"))
            .hint("send what JSON has too: GET /openapi.json shows it")
    };
    match item {
        Cbor::Null => Ok(Value::Null),
        Cbor::Bool(yes) => Ok(Value::Bool(yes)),
        Cbor::Text(text) => Ok(Value::String(text)),
        Cbor::Integer(number) => {
            let number = i128::from(number);
            let small = u64::try_from(number).map(Number::from).or_else(|_| i64::try_from(number).map(Number::from));
            small.map(Value::Number).map_err(|_| wrong(path, "a negative integer of more than 64 bits"))
        }
        Cbor::Float(number) => {
            Number::from_f64(number).map(Value::Number).ok_or_else(|| wrong(path, "a number that is not finite"))
        }
        // A tag says how a value may be understood; the value stands.
        Cbor::Tag(_, item) => converted(*item, path),
        Cbor::Array(items) => {
            let item = |(index, item)| within(path, &format!("[{index}]"), |path| converted(item, path));
            items.into_iter().enumerate().map(item).collect()
        }
        Cbor::Map(entries) => {
            let mut map = Map::new();
            for (key, item) in entries {
                let Cbor::Text(key) = key else { return Err(wrong(path, "a map key that is not text")) };
                let step = if path.is_empty() { key.clone() } else { format!(".{key}") };
                let value = within(path, &step, |path| match map.contains_key(&key) {
                    true => Err(Error::invalid(path.as_str(), "duplicate field").hint("send each field once")),
                    false => converted(item, path),
                })?;
                map.insert(key, value);
            }
            Ok(Value::Object(map))
        }
        Cbor::Bytes(_) => Err(wrong(path, "a byte string")),
        _ => Err(wrong(path, "a kind that JSON does not have")),
    }
}

/// Does `inside` one step further down.
fn within<T>(path: &mut String, step: &str, inside: impl FnOnce(&mut String) -> Result<T>) -> Result<T> {
    let length = path.len();
    path.push_str(step);
    let done = inside(path);
    path.truncate(length);
    done
}

fn not_cbor<E: std::fmt::Debug>(cause: &ciborium::de::Error<E>) -> Problem {
    use ciborium::de::Error as Cause;
    bad(match cause {
        Cause::Io(_) => "the body is not CBOR: it ends within an item".to_owned(),
        Cause::Syntax(offset) => format!("the body is not CBOR: a defect at byte {offset}"),
        Cause::Semantic(_, words) => format!("the body is not CBOR: {words}"),
        Cause::RecursionLimitExceeded => format!("the body is nested deeper than {DEEPEST}"),
    })
}

fn bad(detail: String) -> Problem {
    Problem::protocol(StatusCode::BAD_REQUEST, detail, "send one CBOR map (RFC 8949)")
}

#[cfg(test)]
mod tests {
    use ciborium::cbor;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn refused(body: &[u8]) -> (u16, Option<String>) {
        let problem = read(body).expect_err("refused");
        assert!(!problem.detail.is_empty() && problem.hint.is_some());
        (problem.status, problem.field)
    }

    #[test]
    fn what_json_has_is_read_as_json_would_read_it() {
        let value =
            json!({"text": "höre", "vehicle": {"speed_kph": 62, "warnings": ["P0301"], "location": null}, "n": -1.5});
        assert_eq!(read(&write(&value).unwrap()).unwrap(), value);
        let tagged = cbor!({"at" => Cbor::Tag(0, Box::new(Cbor::Text("2026-11-27".into())))}).unwrap();
        assert_eq!(read(&write(&tagged).unwrap()).unwrap(), json!({"at": "2026-11-27"}));
        // Of indefinite length: {_ "a": (_ "b", "c"), "n": [_ 1]}.
        let streamed = b"\xbf\x61a\x7f\x61b\x61c\xff\x61n\x9f\x01\xff\xff";
        assert_eq!(read(streamed).unwrap(), json!({"a": "bc", "n": [1]}));
    }

    #[test]
    fn what_json_has_not_is_refused_by_field() {
        let vehicle = |item: Cbor| write(&cbor!({"vehicle" => {"warnings" => ["P0301", item]}}).unwrap()).unwrap();
        let field = Some("vehicle.warnings[1]".to_owned());
        for item in [Cbor::Bytes(vec![1]), Cbor::Float(f64::NAN), Cbor::Float(f64::INFINITY)] {
            assert_eq!(refused(&vehicle(item)), (422, field.clone()));
        }
        assert_eq!(refused(b"\xa1\x01\x02"), (422, Some("body".into())), "a key that is no text");
        assert_eq!(refused(b"\xa2\x61a\x01\x61a\x02"), (422, Some("a".into())), "the same key twice");
        assert_eq!(refused(b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff"), (422, Some("body".into())), "-2^64");
    }

    #[test]
    fn hostile_bodies_are_refused_without_believing_them() {
        let nested = |opener: &[u8], times: usize| opener.repeat(times);
        let claims = [
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
            b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff".to_vec(),
            b"\x7b\x7f\xff\xff\xff\xff\xff\xff\xffhello".to_vec(),
            b"\x5b\x00\x00\x00\xff\xff\xff\xff\xffhello".to_vec(),
            b"\xa1\x64text\x7b\x7f\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        ];
        let depths =
            [nested(b"\x81", 60_000), nested(b"\xa1\x61a", 20_000), nested(b"\x9f", 60_000), nested(b"\xc1", 60_000)];
        let broken: [&[u8]; 7] = [b"", b"\xff", b"\x1c", b"\x62\xff\xfe", b"{\"text\":1}", b"\xf8\x10", b"\xa0\xa0"];
        for body in claims.iter().chain(&depths).map(Vec::as_slice).chain(broken) {
            assert_eq!(refused(body).0, 400, "{body:.20?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(body in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(value) = read(&body) {
                prop_assert_eq!(read(&write(&value)?).unwrap(), value);
            }
        }
    }
}
