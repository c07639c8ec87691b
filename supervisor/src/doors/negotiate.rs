//! Chooses the form of an answer by what the client accepts (RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, StatusCode, header};
use headers_accept::Accept;
use mediatype::{MediaType, ReadParams, media_type, names};

use super::error::Problem;

/// How a turn is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One body in JSON, when the turn is closed.
    Json,
    /// The same in CBOR, for thin links.
    Cbor,
    /// Server-sent events, as the turn goes.
    EventStream,
}

/// What there is, the default first.
const FORMS: [(MediaType<'static>, Form); 3] = [
    (media_type!(APPLICATION / JSON), Form::Json),
    (media_type!(TEXT / EVENT_STREAM), Form::EventStream),
    (media_type!(APPLICATION / CBOR), Form::Cbor),
];

/// The form that the client likes best; JSON when it does not say.
///
/// # Errors
/// 406 when it accepts none of ours.
pub(super) fn form(headers: &HeaderMap) -> Result<Form, Problem> {
    let wanted: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let wanted = wanted.join(", ");
    if wanted.trim().is_empty() {
        return Ok(Form::Json);
    }
    let refused = || {
        let hint = "accept application/json, application/cbor, or text/event-stream to hear the reply as it is made";
        Problem::protocol(StatusCode::NOT_ACCEPTABLE, "no form of answer that the client accepts is known here", hint)
    };
    let accept = wanted.parse().ok().and_then(|accept| plain(&accept)).ok_or_else(refused)?;
    let types = FORMS.map(|(kind, _)| kind);
    let chosen = accept.negotiate(&types).ok_or_else(refused)?;
    FORMS.iter().find(|(kind, _)| kind == chosen).map(|(_, form)| *form).ok_or_else(refused)
}

/// The same wishes without parameters such as a charset: there is one of each kind here.
fn plain(accept: &Accept) -> Option<Accept> {
    let kinds = accept.media_types().map(|kind| match kind.get_param(names::Q) {
        Some(quality) => format!("{};q={quality}", kind.essence()),
        None => kind.essence().to_string(),
    });
    kinds.collect::<Vec<_>>().join(", ").parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(accept: &'static str) -> Result<Form, u16> {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
        form(&headers).map_err(|problem| problem.status)
    }

    #[test]
    fn the_client_decides_and_json_is_the_default() {
        assert_eq!(form(&HeaderMap::new()).unwrap(), Form::Json);
        for json in ["", "*/*", "application/json", "application/*", "text/html, application/json;q=0.9"] {
            assert_eq!(of(json), Ok(Form::Json), "{json}");
        }
        for stream in
            ["text/event-stream", "application/json;q=0.5, text/event-stream", "text/event-stream;charset=utf-8"]
        {
            assert_eq!(of(stream), Ok(Form::EventStream), "{stream}");
        }
        for cbor in ["application/cbor", "application/json;q=0.5, application/cbor", "application/cbor, text/html"] {
            assert_eq!(of(cbor), Ok(Form::Cbor), "{cbor}");
        }
        for neither in ["text/html", "application/json;q=0", "nonsense"] {
            assert_eq!(of(neither), Err(406), "{neither}");
        }
    }
}
