//! Reads the body of a request, and says which field of it is at fault.

use axum::http::{HeaderMap, StatusCode, header};
use contract::{Error, named};
use serde::Deserializer;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Track};

use super::cbor;
use super::error::Problem;
use super::whole::Whole;

/// Largest body of a request, in bytes: 4,000 characters of four bytes, escaped, and a car's state.
pub(super) const LARGEST_BODY: usize = 64 * 1024;

/// What a request asks for, such as a turn.
///
/// # Errors
/// 415, 413, 400 and 422, each with a hint.
pub(super) fn read<T: DeserializeOwned>(headers: &HeaderMap, body: Result<Whole, Problem>) -> Result<T, Problem> {
    let read = reader(headers)?;
    let Whole(body) = body?;
    read(&body)
}

/// Reads a body of one media type.
type Reader<T> = fn(&[u8]) -> Result<T, Problem>;

/// What reads a body of the declared type.
fn reader<T: DeserializeOwned>(headers: &HeaderMap) -> Result<Reader<T>, Problem> {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = declared.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(parse);
    }
    if kind.eq_ignore_ascii_case(cbor::MEDIA_TYPE) {
        return Ok(parse_cbor);
    }
    Err(Problem::protocol(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("the body is {}", if declared.is_empty() { "of no declared type" } else { declared }),
        "send Content-Type: application/json, or application/cbor",
    ))
}

/// Reads JSON. What is no JSON at all is 400, what is not what it should be is 422.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let parsed = fields(&mut json)?;
    json.end().map_err(|cause| not_json(&cause))?;
    Ok(parsed)
}

/// Reads CBOR. What is no CBOR at all is 400, what is not what it should be is 422, in the same words as for JSON.
fn parse_cbor<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    fields(cbor::read(body)?)
}

fn fields<'de, T: DeserializeOwned>(from: impl Deserializer<'de, Error = serde_json::Error>) -> Result<T, Problem> {
    let mut track = Track::new();
    let read = named::fields(serde_path_to_error::Deserializer::new(from, &mut track));
    read.map_err(|cause| misfit(&track.path(), &cause))
}

/// What is wrong with JSON that should be something else.
pub(super) fn misfit(place: &Path, cause: &serde_json::Error) -> Problem {
    if !cause.is_data() {
        return not_json(cause);
    }
    let field = place.to_string();
    let field = if field == "." { "body".into() } else { field };
    let words = cause.to_string();
    let detail = words.split(" at line ").next().unwrap_or_default().to_owned();
    Error::invalid(field, detail).hint("GET /openapi.json describes the body").into()
}

/// What should be JSON is none.
pub(super) fn not_json(cause: &serde_json::Error) -> Problem {
    Problem::protocol(
        StatusCode::BAD_REQUEST,
        format!("the body is not JSON: {cause}"),
        "send one JSON object in UTF-8",
    )
}
