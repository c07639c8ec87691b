//! What happens while a turn is taken, as it happens. Each door only decides how to write it down.

use std::future::pending;

use contract::{AgentReport, TurnRecord};
use futures::FutureExt;
use futures::future::BoxFuture;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum TurnEvent {
    /// An agent came to an outcome.
    Reported(AgentReport),
    /// The next words of the reply.
    Delta(String),
    /// The turn is stored; this is all of it.
    Closed(Box<TurnRecord>),
}

/// Who listens to a turn.
pub trait Audience: Send + Sync {
    /// Takes note of an event. Never blocks; a listener that is gone lets it fall.
    fn hear(&self, event: TurnEvent);

    /// Resolves when nobody listens any more: what is still to be said need not be generated. Most audiences stay.
    fn left(&self) -> BoxFuture<'_, ()> {
        pending().boxed()
    }
}

/// An audience that waits for the record only.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Audience for Nobody {
    fn hear(&self, _event: TurnEvent) {}
}
