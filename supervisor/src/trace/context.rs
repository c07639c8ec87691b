//! Where a trace comes from and where it goes on: the headers of W3C Trace Context, and that of AWS X-Ray.
//!
//! What cannot be read is passed over: a request is never refused for its trace. Nothing of a header but two random numbers and
//! a flag is used; the `tracestate` of others is handed on within our own process only.

use std::collections::HashMap;

use axum::http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The header of W3C Trace Context, `00-<trace>-<parent>-<flags>`.
const TRACEPARENT: &str = "traceparent";
/// What other tracing systems want to be handed on.
const TRACESTATE: &str = "tracestate";
/// The header of X-Ray, `Root=1-<time>-<rest>;Parent=<parent>;Sampled=<0 or 1>`.
pub(crate) const XRAY: &str = "x-amzn-trace-id";
/// Length of a `traceparent` of version 00, and the least of a later one.
const LENGTH: usize = 55;
/// Longest `tracestate` that is read, in bytes: what the standard asks everybody to hand on.
const LONGEST_STATE: usize = 512;

/// The span that a request continues. Of two `traceparent` headers neither is believed; X-Ray is asked last.
pub(crate) fn of_headers(headers: &HeaderMap) -> Option<Context> {
    let only = |name: &str| {
        let mut all = headers.get_all(name).iter();
        all.next().filter(|_| all.next().is_none()).and_then(|value| value.to_str().ok())
    };
    if let Some(parent) = only(TRACEPARENT).and_then(|parent| parsed(parent.trim(), only(TRACESTATE))) {
        return Some(parent);
    }
    only(XRAY).and_then(of_xray)
}

/// The span that a `traceparent` names.
pub(crate) fn of_traceparent(text: &str) -> Option<Context> {
    parsed(text, None)
}

/// The span that X-Ray names, in a header or in what Lambda tells of an event. Without a parent there is nothing to continue.
pub(crate) fn of_xray(text: &str) -> Option<Context> {
    let field = |name: &str| text.split(';').find_map(|pair| pair.trim().strip_prefix(name));
    let (time, rest) = field("Root=1-")?.split_once('-')?;
    let flags = if field("Sampled=") == Some("1") { "01" } else { "00" };
    parsed(&format!("00-{time}{rest}-{}-{flags}", field("Parent=")?), None)
}

fn parsed(parent: &str, state: Option<&str>) -> Option<Context> {
    if !well_formed(parent.as_bytes()) {
        return None;
    }
    let state =
        state.filter(|state| state.len() <= LONGEST_STATE).map(|state| (TRACESTATE.to_owned(), state.to_owned()));
    let headers: HashMap<_, _> = state.into_iter().chain([(TRACEPARENT.to_owned(), parent.to_owned())]).collect();
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
    context.span().span_context().is_valid().then_some(context)
}

/// Four fields of small hexadecimal digits. A later version may say more behind another dash.
fn well_formed(parent: &[u8]) -> bool {
    let digits = parent.iter().take(LENGTH).enumerate().all(|(at, byte)| match at {
        2 | 35 | 52 => *byte == b'-',
        _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(byte),
    });
    let first = parent.starts_with(b"00");
    digits && (parent.len() == LENGTH || (!first && parent.get(LENGTH) == Some(&b'-')))
}

/// How the trace goes on elsewhere, below the current span; nothing when there is none.
pub(crate) fn traceparent() -> Option<String> {
    let context = Span::current().context();
    let mut headers = HashMap::new();
    TraceContextPropagator::new().inject_context(&context, &mut headers);
    headers.remove(TRACEPARENT)
}

/// The id of the trace that this span continues or begins, as 32 hexadecimal digits; nothing when there is none.
pub(crate) fn trace_id(context: &Context) -> Option<String> {
    let span = context.span();
    let context = span.span_context();
    context.is_valid().then(|| context.trace_id().to_string())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        let mut all = HeaderMap::new();
        pairs.iter().map(pair).for_each(|(name, value)| {
            all.append(name, value);
        });
        all
    }

    fn continued(pairs: &[(&'static str, &str)]) -> Option<(String, String, bool)> {
        let context = of_headers(&headers(pairs))?;
        let span = context.span();
        let found = span.span_context();
        Some((found.trace_id().to_string(), found.span_id().to_string(), found.is_sampled()))
    }

    #[test]
    fn a_trace_goes_on_from_either_header() {
        let expected = |sampled| Some((TRACE.to_owned(), "00f067aa0ba902b7".to_owned(), sampled));
        assert_eq!(continued(&[(TRACEPARENT, PARENT)]), expected(true));
        let later = format!("cc-{TRACE}-00f067aa0ba902b7-01-what-will-come");
        assert_eq!(continued(&[(TRACEPARENT, &later)]), expected(true));
        let xray = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=";
        assert_eq!(continued(&[(XRAY, &format!("{xray}1"))]), expected(true));
        assert_eq!(continued(&[(XRAY, &format!("{xray}0;Lineage=25:a87bd80c:0"))]), expected(false));
        let both = [(XRAY, "Root=1-11111111-222222222222222222222222;Parent=3333333333333333"), (TRACEPARENT, PARENT)];
        assert_eq!(continued(&both), expected(true), "the standard is asked first");
    }

    #[test]
    fn the_state_of_others_is_handed_on_unless_it_is_too_long() {
        let state = |state: &str| {
            let context = of_headers(&headers(&[(TRACEPARENT, PARENT), (TRACESTATE, state)])).unwrap();
            context.span().span_context().trace_state().header()
        };
        assert_eq!(state("vendor=opaque"), "vendor=opaque");
        assert_eq!(state(&format!("vendor={}", "x".repeat(600))), "");
        assert_eq!(state("what is this?"), "");
    }

    #[test]
    fn what_cannot_be_read_is_passed_over() {
        for garbage in [
            "",
            "00",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(continued(&[(TRACEPARENT, garbage)]), None, "{garbage}");
        }
        for garbage in
            ["Root=1-4bf92f35-77b34da6a3ce929d0e0e4736", "Root=1-bogus-bad;Parent=x", "Self=1;;;=", "Root=1-"]
        {
            assert_eq!(continued(&[(XRAY, garbage)]), None, "{garbage}");
        }
        assert_eq!(continued(&[(TRACEPARENT, PARENT), (TRACEPARENT, PARENT)]), None, "which of two?");
    }

    proptest! {
        #[test]
        fn no_header_whatever_it_says_is_an_error(parent in "[ -~]{0,200}", state in "[ -~]{0,700}", xray in "[ -~]{0,200}") {
            let _ = of_headers(&headers(&[(TRACEPARENT, &parent), (TRACESTATE, &state), (XRAY, &xray)]));
        }
    }
}
