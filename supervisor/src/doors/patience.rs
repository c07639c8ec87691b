//! How long the doors wait for a client, so that a slow or silent one costs little.

use std::time::Duration;

/// Waits of the doors. The built-in values are long for any client that means it; tests make them short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until the head of a request is there; also how long a connection may be idle between two requests.
    pub head: Duration,
    /// Until the body of a request is there, all of it.
    pub body: Duration,
    /// Until a client takes some of what it is sent.
    pub stall: Duration,
    /// Until a handler answers that has no deadline of its own.
    pub answer: Duration,
    /// Until what is under way has ended, once the server was asked to end.
    pub grace: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            answer: Duration::from_secs(10),
            grace: Duration::from_secs(30),
        }
    }
}
