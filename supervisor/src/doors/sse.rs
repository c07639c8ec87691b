//! The door of server-sent events: a turn is told as it goes (WHATWG HTML, section 9.2).

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use contract::{Error, ErrorKind};
use futures::stream::{self, Stream, StreamExt};

use super::error::Problem;
use super::flights::Listener;
use super::messages::{Message, Numbered, coalesced};

/// After so long without an event a comment is sent, so that nothing on the way takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Tells a turn as it goes. Answers only once the first message is there, so that a refusal keeps its status.
///
/// # Errors
/// The problem that the turn was refused with.
pub(super) async fn stream(mut listener: Listener) -> Result<Response, Problem> {
    let first = listener.next().await.unwrap_or_default();
    match first.first() {
        Some(Numbered { message: Message::Error(problem), .. }) => return Err(problem.clone()),
        Some(_) => {}
        None => return Err(Error::new(ErrorKind::Internal, "the turn told nothing").into()),
    }
    let messages = stream::once(async { first }).chain(stream::unfold(listener, following));
    let events = messages.flat_map(|batch| stream::iter(coalesced(batch)).map(event));
    Ok(self::events(events))
}

/// A stream of events that stays open, whatever is on the way.
pub(super) fn events(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    // Asks proxies of the family of nginx not to collect the events.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

async fn following(mut listener: Listener) -> Option<(Vec<Numbered>, Listener)> {
    let batch = listener.next().await?;
    Some((batch, listener))
}

fn event(Numbered { seq, message }: Numbered) -> Result<Event, Infallible> {
    let event = Event::default().id(seq.to_string()).event(message.name());
    let told = match &message {
        Message::Report(report) => event.clone().json_data(report),
        Message::Delta(words) => event.clone().json_data(words),
        Message::Closed(reply) => event.clone().json_data(reply),
        Message::Error(problem) => event.clone().json_data(problem),
    };
    // Our own types always become JSON; an event without data would be ignored by the client.
    Ok(told.unwrap_or(event))
}
