//! How many connections and sockets are open, for whoever looks how things stand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is open. Holds nothing of whom.
#[derive(Debug, Clone, Default)]
pub struct Open {
    connections: Arc<AtomicUsize>,
    sockets: Arc<AtomicUsize>,
}

/// One that is open, until it is dropped.
#[derive(Debug)]
pub(super) struct OpenOne(Arc<AtomicUsize>);

impl Open {
    /// One more connection.
    pub(super) fn connection(&self) -> OpenOne {
        OpenOne::of(&self.connections)
    }

    /// One more socket; its connection counts too.
    pub(super) fn socket(&self) -> OpenOne {
        OpenOne::of(&self.sockets)
    }

    /// How many connections are open, sockets among them.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        self.sockets.load(Ordering::Relaxed)
    }
}

impl OpenOne {
    fn of(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for OpenOne {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
