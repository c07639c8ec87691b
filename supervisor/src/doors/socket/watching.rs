//! What is watched over a socket, besides turns: one's own conversation, and the desk. Each is a stream of frames.

use contract::{Caller, SessionId};
use futures::stream::{BoxStream, StreamExt};
use serde_json::{Value, json};

use super::frames;
use super::incoming::Watched;
use crate::doors::desk::{self, Operator};
use crate::doors::error::Problem;
use crate::doors::router::Doors;
use crate::doors::words::{News, Watch};

/// The key that parts of the desk are told by.
const DESK: &str = "desk";

/// Frames as they come.
pub(super) type Frames = BoxStream<'static, Vec<String>>;

/// What people say in the caller's conversation.
///
/// # Errors
/// 404 when it is not the caller's.
pub(super) async fn conversation(doors: &Doors, caller: Caller, watched: &Watched) -> Result<Frames, Problem> {
    let session = watched.session_id.clone();
    let watch = Watch::begin(doors, caller, session.clone(), watched.after).await?;
    Ok(watch.news().map(move |news| news.iter().map(|news| frame(&session, news)).collect()).boxed())
}

/// The desk, for a person who works at it.
///
/// # Errors
/// 403 for everybody else.
pub(super) fn of_the_desk(doors: &Doors, caller: &Caller) -> Result<Frames, Problem> {
    let Operator(you) = Operator::of(caller)?;
    let numbered = desk::watch(doors.clone(), you).zip(futures::stream::iter(1..));
    Ok(numbered.map(|(text, seq)| frames::in_parts(text, DESK, seq)).boxed())
}

fn frame(session: &SessionId, news: &News) -> String {
    let (kind, data): (&str, Value) = match news {
        News::Word(word) => ("word", json!(word)),
        News::Case(note) => ("case", json!(note)),
    };
    json!({"type": kind, "session_id": session, "data": data}).to_string()
}
