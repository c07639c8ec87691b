//! One open socket: reads what the client says, tells its turns, and ends when either side is gone.
//!
//! Everything that a client can make grow is bounded: messages in size and in number a second, turns at once, and the
//! time that a message may take to be received by the client.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, close_code};
use contract::{Caller, Error, ErrorKind, IdempotencyKey, SessionId};
use futures::stream::{BoxStream, StreamExt, unfold};
use opentelemetry::Context;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_stream::StreamMap;

use super::frames;
use super::incoming::{self, Incoming, Misunderstood, Wanted};
use super::watching::{self, Frames};
use crate::doors::error::Problem;
use crate::doors::flights::Listener;
use crate::doors::messages::{Envelope, Message, Numbered, coalesced};
use crate::doors::router::Doors;
use crate::trace::spans::Entry;

/// So many turns may be under way on one socket. Who sends more waits until one of them is closed.
const TURNS_AT_ONCE: usize = 8;
/// So many conversations may be watched on one socket.
const WATCHED_AT_ONCE: usize = 8;
/// So many messages are read a second. What comes faster waits in the network, at its sender's cost.
const MESSAGES_A_SECOND: usize = 50;
/// A client that has not received a message after this time is given up.
const SLOWEST_READER: Duration = Duration::from_secs(10);
/// So often the client is asked for a sign of life.
const PING: Duration = Duration::from_secs(20);
/// A client that has given no sign of life for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);

/// Why a socket ends.
enum End {
    /// The client is gone, or cannot be reached any more.
    Gone,
    /// We say goodbye, with a code of RFC 6455 and a reason.
    Closed(u16, &'static str),
}

/// Serves a socket until it ends. Turns under way are finished without it.
/// Its turns go on in the trace, if any, in which it was opened.
pub(super) async fn hold(
    socket: WebSocket,
    doors: Doors,
    (caller, address): (Caller, Option<IpAddr>),
    parent: Option<Context>,
) {
    let _open = doors.open.socket();
    let (turns, watched) = (StreamMap::new(), StreamMap::new());
    let mut connection = Connection { socket, doors, caller, address, parent, turns, watched };
    if let Err(End::Closed(code, reason)) = connection.serve().await {
        let goodbye = Frame::Close(Some(CloseFrame { code, reason: reason.into() }));
        // Whether it arrives changes nothing: the connection ends here.
        let _ = timeout(SLOWEST_READER, connection.socket.send(goodbye)).await;
    }
}

struct Connection {
    socket: WebSocket,
    doors: Doors,
    caller: Caller,
    address: Option<IpAddr>,
    parent: Option<Context>,
    /// The turns that are being told, by their keys.
    turns: StreamMap<IdempotencyKey, BoxStream<'static, Vec<Numbered>>>,
    /// What is watched: conversations by their sessions, the desk by none.
    watched: StreamMap<Option<SessionId>, Frames>,
}

impl Connection {
    async fn serve(&mut self) -> Result<(), End> {
        let closing = self.doors.closing.clone();
        let mut second = steady(Duration::from_secs(1));
        let mut ping = steady(PING);
        let clock = self.doors.product.clock.clone();
        let mut heard = clock.elapsed();
        let mut read = 0;
        loop {
            if closing.is_cancelled() && self.turns.is_empty() {
                return Err(End::Closed(close_code::AWAY, "the server is going away; connect again"));
            }
            let listening = read < MESSAGES_A_SECOND && self.turns.len() < TURNS_AT_ONCE && !closing.is_cancelled();
            tokio::select! {
                frame = self.socket.recv(), if listening => {
                    (read, heard) = (read + 1, clock.elapsed());
                    self.hear(frame).await?;
                }
                Some((key, messages)) = self.turns.next() => self.tell(&key, messages).await?,
                Some((_, frames)) = self.watched.next() => self.send_all(frames).await?,
                // An idle socket costs no wake-ups.
                _ = second.tick(), if read > 0 => read = 0,
                _ = ping.tick() => {
                    if clock.elapsed().saturating_sub(heard) > SILENCE && listening {
                        return Err(End::Gone);
                    }
                    self.send(Frame::Ping(Default::default())).await?;
                }
                () = closing.cancelled(), if !closing.is_cancelled() => {}
            }
        }
    }

    async fn hear(&mut self, frame: Option<Result<Frame, axum::Error>>) -> Result<(), End> {
        match frame {
            Some(Ok(Frame::Text(text))) => self.understand(&text).await,
            Some(Ok(Frame::Binary(_))) => Err(End::Closed(close_code::UNSUPPORTED, "send text frames with JSON")),
            Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => Ok(()),
            Some(Err(cause)) if is_too_large(&cause) => Err(End::Closed(close_code::SIZE, "the message is too large")),
            Some(Ok(Frame::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }

    async fn understand(&mut self, text: &str) -> Result<(), End> {
        match incoming::read(text) {
            Ok(Incoming::Ping) => self.send(Frame::text(frames::PONG)).await,
            Ok(Incoming::Turn(wanted)) => self.begin(*wanted).await,
            Ok(Incoming::Watch(watched)) => {
                let begun = watching::conversation(&self.doors, self.caller.clone(), &watched).await;
                self.watch(Some(watched.session_id), begun).await
            }
            Ok(Incoming::WatchDesk) => {
                let begun = watching::of_the_desk(&self.doors, &self.caller);
                self.watch(None, begun).await
            }
            Err(misunderstood) => self.refuse(misunderstood).await,
        }
    }

    /// Begins a turn, or goes on with it where the client has lost it.
    async fn begin(&mut self, wanted: Wanted) -> Result<(), End> {
        let Wanted { key, seen, body } = wanted;
        let called = key.clone();
        let Entry { span, .. } = Entry::message(self.parent.clone(), &*self.doors.product.entropy);
        match span.in_scope(|| self.doors.listen((self.caller.clone(), self.address), key, body, seen)) {
            Ok((key, listener)) => {
                self.turns.insert(key, telling(listener));
                Ok(())
            }
            Err(problem) => self.refuse(Misunderstood { key: called, problem }).await,
        }
    }

    /// Goes on telling what was begun. The same again begins anew.
    async fn watch(&mut self, what: Option<SessionId>, begun: Result<Frames, Problem>) -> Result<(), End> {
        let full = self.watched.len() >= WATCHED_AT_ONCE && !self.watched.contains_key(&what);
        let begun = if full { Err(too_many()) } else { begun };
        match begun {
            Ok(frames) => {
                self.watched.insert(what, frames);
                Ok(())
            }
            Err(problem) => self.refuse(Misunderstood { key: None, problem }).await,
        }
    }

    async fn refuse(&mut self, Misunderstood { key, problem }: Misunderstood) -> Result<(), End> {
        match key {
            Some(key) => self.tell(&key, vec![Numbered { seq: 1, message: Message::Error(problem) }]).await,
            None => self.send(Frame::text(frames::of_problem(problem))).await,
        }
    }

    async fn tell(&mut self, key: &IdempotencyKey, messages: Vec<Numbered>) -> Result<(), End> {
        for numbered in coalesced(messages) {
            self.send_all(frames::of(&Envelope { key: key.clone(), numbered })).await?;
        }
        Ok(())
    }

    async fn send_all(&mut self, frames: Vec<String>) -> Result<(), End> {
        for frame in frames {
            self.send(Frame::text(frame)).await?;
        }
        Ok(())
    }

    async fn send(&mut self, frame: Frame) -> Result<(), End> {
        match timeout(SLOWEST_READER, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

/// What a listener hears, as a stream that ends with the turn.
fn telling(listener: Listener) -> BoxStream<'static, Vec<Numbered>> {
    unfold(listener, |mut listener| async move {
        let messages = listener.next().await?;
        Some((messages, listener))
    })
    .boxed()
}

fn too_many() -> Problem {
    let error = Error::new(ErrorKind::Busy, "too many conversations are watched on this socket");
    error.hint(format!("watch at most {WATCHED_AT_ONCE}, or open another socket")).into()
}

fn is_too_large(cause: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(cause);
    while let Some(error) = cause {
        if let Some(tungstenite) = error.downcast_ref::<tungstenite::Error>() {
            return matches!(tungstenite, tungstenite::Error::Capacity(_));
        }
        cause = error.source();
    }
    false
}

/// Ticks at a steady pace, beginning after the first period.
fn steady(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.reset();
    ticks
}
