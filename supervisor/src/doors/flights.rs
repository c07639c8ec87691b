//! The turns under way in this process, each with what was told of it so far: a client who comes back misses nothing.
//!
//! This is the only shared object that knows anything of a turn under way. What one caller's turn tells reaches nobody
//! else: a flight is found by the caller and the key together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract::ports::Fingerprint;
use contract::{Caller, Error, ErrorKind, IdempotencyKey, TurnRecord};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::desk::Desk;
use super::error::Problem;
use super::limits::Permit;
use super::messages::{Message, Numbered};
use crate::event::{Audience, Nobody, TurnEvent};
use crate::turn::{Request, Supervisor};

/// A turn that may begin.
pub struct Admitted {
    /// The turn.
    pub request: Request,
    /// Its place among those under way, until it is closed.
    pub permit: Permit,
}

/// Whose turn, under which key.
type Call = (Caller, IdempotencyKey);

/// The turns under way.
pub struct Flights {
    supervisor: Arc<Supervisor>,
    desk: Arc<Desk>,
    grace: Duration,
    turns: TaskTracker,
    under_way: Mutex<HashMap<Call, Arc<Flight>>>,
}

impl Flights {
    /// Nothing is under way yet. The desk sees every turn that is closed. A turn that nobody listens to any more goes on for
    /// `grace`.
    pub fn new(supervisor: Arc<Supervisor>, desk: Arc<Desk>, grace: Duration) -> Self {
        Self { supervisor, desk, grace, turns: TaskTracker::new(), under_way: Mutex::default() }
    }

    /// Takes a turn to its end, whether or not the client stays to hear it.
    ///
    /// # Errors
    /// As [`Supervisor::take`].
    pub async fn take(&self, admitted: Admitted) -> Result<TurnRecord, Error> {
        let (supervisor, desk) = (self.supervisor.clone(), self.desk.clone());
        // In a task of its own: a client that hangs up must not lose a turn that has begun.
        let turn = async move {
            let Admitted { request, permit: _held } = admitted;
            supervisor.take(request, Arc::new(Nobody)).await.inspect(|record| desk.see(record))
        };
        let turn = self.turns.spawn(turn.in_current_span());
        turn.await.unwrap_or_else(|cause| Err(broken(cause)))
    }

    /// Goes on telling a turn that is under way here, behind the message that the client has `seen` last; nothing when it is not.
    ///
    /// # Errors
    /// `Invalid` when the key is under way with another body.
    pub fn rejoin(&self, request: &Request, seen: u64) -> Result<Option<Listener>, Error> {
        let flight = self.under_way().get(&call(request)).cloned();
        flight.map(|flight| flight.rejoin(&request.fingerprint, seen)).transpose()
    }

    /// Takes a turn and tells of it as it goes; or, if it is under way here already, goes on telling behind the message
    /// that the client has `seen` last.
    ///
    /// # Errors
    /// `Invalid` when the key is under way with another body.
    pub fn listen(self: &Arc<Self>, admitted: Admitted, seen: u64) -> Result<Listener, Error> {
        let Admitted { request, permit } = admitted;
        let call = call(&request);
        let mut under_way = self.under_way();
        if let Some(flight) = under_way.get(&call) {
            return flight.rejoin(&request.fingerprint, seen);
        }
        let (told, listener) = watch::channel(Vec::new());
        let (fingerprint, permit) = (request.fingerprint.clone(), Mutex::new(Some(permit)));
        let flight = Arc::new(Flight { fingerprint, told, permit, grace: self.grace });
        under_way.insert(call.clone(), flight.clone());
        drop(under_way);
        let flights = self.clone();
        let turn = async move {
            // Again in a task of its own, so that not even a defect in there leaves the listener waiting.
            let supervisor = flights.supervisor.clone();
            let audience = flight.clone();
            let taken = async move { supervisor.take(request, audience).await }.in_current_span();
            let taken = tokio::spawn(taken).await;
            flight.give_back();
            match taken.unwrap_or_else(|cause| Err(broken(cause))) {
                Ok(record) => flights.desk.see(&record),
                Err(error) => flight.tell(Message::Error(Problem::from(error))),
            }
            flights.under_way().remove(&call);
        };
        self.turns.spawn(turn.in_current_span());
        Ok(Listener { told: listener, seen: 0, over: false })
    }

    /// Waits until every turn is closed. Turns that begin meanwhile are waited for too.
    pub async fn land(&self) {
        self.turns.close();
        self.turns.wait().await;
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<Call, Arc<Flight>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn call(request: &Request) -> Call {
    (request.turn.caller.clone(), request.key.clone())
}

fn broken(cause: tokio::task::JoinError) -> Error {
    Error::new(ErrorKind::Internal, "the turn broke off").caused_by(cause)
}

/// One turn under way. What was told of it is bounded by what one turn can say.
struct Flight {
    fingerprint: Fingerprint,
    told: watch::Sender<Vec<Message>>,
    /// Until the turn is closed.
    permit: Mutex<Option<Permit>>,
    grace: Duration,
}

impl Flight {
    fn tell(&self, message: Message) {
        self.told.send_modify(|told| told.push(message));
    }

    fn give_back(&self) {
        drop(self.permit.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn rejoin(&self, fingerprint: &Fingerprint, seen: u64) -> Result<Listener, Error> {
        if self.fingerprint != *fingerprint {
            return Err(Error::invalid("Idempotency-Key", "the key is in use with another body")
                .hint("send a new key with a new request"));
        }
        let told = self.told.subscribe();
        let (length, over) = {
            let told = told.borrow();
            (told.len(), told.last().is_some_and(Message::is_last))
        };
        // Who has seen more than was told here has seen it of an earlier attempt: they are told all of this one. How it
        // ended is told to everybody.
        let new = if over { length - 1 } else { length };
        let seen = usize::try_from(seen).ok().filter(|seen| *seen <= new).unwrap_or_default();
        Ok(Listener { told, seen, over: false })
    }
}

impl Audience for Flight {
    fn hear(&self, event: TurnEvent) {
        if matches!(event, TurnEvent::Closed(_)) {
            // Before anybody hears of it: who asks again at once must find the place free.
            self.give_back();
        }
        self.tell(event.into());
    }

    fn left(&self) -> BoxFuture<'_, ()> {
        async {
            loop {
                self.told.closed().await;
                sleep(self.grace).await;
                if self.told.is_closed() {
                    return;
                }
            }
        }
        .boxed()
    }
}

/// Listens to one turn. Dropping it is going away.
pub struct Listener {
    told: watch::Receiver<Vec<Message>>,
    seen: usize,
    over: bool,
}

impl Listener {
    /// Everything that was told since the last call; waits until there is something. Nothing after the last message.
    pub async fn next(&mut self) -> Option<Vec<Numbered>> {
        if self.over {
            return None;
        }
        let seen = self.seen;
        // An error means that the turn is gone: what it told until then is still there.
        let _ = self.told.wait_for(|told| told.len() > seen).await;
        let fresh: Vec<Numbered> = {
            let told = self.told.borrow_and_update();
            let messages = told.iter().enumerate().skip(seen);
            messages.map(|(index, message)| Numbered { seq: index as u64 + 1, message: message.clone() }).collect()
        };
        self.seen += fresh.len();
        self.over = fresh.last().is_none_or(|last| last.message.is_last());
        (!fresh.is_empty()).then_some(fresh)
    }
}
