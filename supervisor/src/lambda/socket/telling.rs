//! Hears what a client says, and tells it its turns: in order, what is close together in one message, the end at last.

use std::time::Duration;

use aws::dynamo::Connection;
use aws::{GatewaySocket, Posted};
use aws_lambda_events::apigw::ApiGatewayWebsocketProxyRequest;
use axum::http::StatusCode;
use contract::{IdempotencyKey, Result};
use tokio::time::{MissedTickBehavior, interval};

use super::{SocketDoor, connection};
use crate::doors::error::Problem;
use crate::doors::flights::Listener;
use crate::doors::messages::{Envelope, Message, Numbered, coalesced};
use crate::doors::socket::frames;
use crate::doors::socket::incoming::{self, Incoming, Misunderstood, Wanted};

/// What is told within this time goes out together: a post costs a call, and nobody reads faster.
const TOGETHER: Duration = Duration::from_millis(120);
/// When to ask again for a turn that is under way in another process. Its lease runs longer, but it is closed before that.
const SOON_S: u64 = 2;

impl SocketDoor {
    /// Answers one message, to its end.
    pub(super) async fn hear(&self, event: &ApiGatewayWebsocketProxyRequest) -> Result<()> {
        let (id, socket) = (connection(&event.request_context)?, self.socket(&event.request_context)?);
        let Some(known) = self.connections.get(id).await? else {
            // Nobody knows who that is. The client may open another socket, and say then who it is.
            return socket.close().await.map(drop);
        };
        let told = match understood(event) {
            Ok(Incoming::Ping) => socket.post(frames::PONG.to_owned()).await?,
            Ok(Incoming::Turn(wanted)) => self.take(&socket, known, *wanted).await?,
            Ok(Incoming::Watch(_) | Incoming::WatchDesk) => refuse(&socket, None, nobody_watches()).await?,
            Err(Misunderstood { key, problem }) => refuse(&socket, key, problem).await?,
        };
        match told {
            Posted::Sent => Ok(()),
            Posted::Gone => self.connections.delete(id).await,
        }
    }

    /// Takes a turn and tells it. When this returns the turn is closed and stored, whether or not the client stayed.
    async fn take(&self, socket: &GatewaySocket, known: Connection, wanted: Wanted) -> Result<Posted> {
        let Wanted { key, seen, body } = wanted;
        let called = key.clone();
        let told = match self.doors.listen((known.caller, known.address), key, body, seen) {
            Ok((key, listener)) => tell(socket, &key, listener).await,
            Err(problem) => refuse(socket, called, problem).await,
        };
        // The process may be frozen as soon as this event is answered.
        self.doors.flights.land().await;
        told
    }
}

fn understood(event: &ApiGatewayWebsocketProxyRequest) -> std::result::Result<Incoming, Misunderstood> {
    if event.is_base64_encoded {
        let problem = Problem::protocol(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the message is binary",
            "send text frames with JSON",
        );
        return Err(Misunderstood { key: None, problem });
    }
    incoming::read(event.body.as_deref().unwrap_or_default())
}

/// A function lives only while it answers a message: it cannot watch.
fn nobody_watches() -> Problem {
    let hint = "poll GET /v1/sessions/{id}/words?after=…, or GET /v1/handoffs at the desk";
    Problem::protocol(StatusCode::NOT_IMPLEMENTED, "this gateway's sockets tell turns only", hint)
}

async fn refuse(socket: &GatewaySocket, key: Option<IdempotencyKey>, problem: Problem) -> Result<Posted> {
    match key {
        Some(key) => send(socket, &key, vec![Numbered { seq: 1, message: Message::Error(problem) }]).await,
        None => socket.post(frames::of_problem(problem)).await,
    }
}

/// Tells a turn. The first words go out at once, later ones as they gather, the end as soon as it is there.
///
/// Returning early is going away: the listener is dropped, and after a grace the reply is broken off.
async fn tell(socket: &GatewaySocket, key: &IdempotencyKey, mut listener: Listener) -> Result<Posted> {
    let mut gathered = Vec::new();
    let mut pace = interval(TOGETHER);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            _ = pace.tick(), if !gathered.is_empty() => {
                // A message that is lost on the way is made good by the end, which holds the whole reply.
                match send(socket, key, std::mem::take(&mut gathered)).await {
                    Ok(Posted::Sent) => {}
                    Ok(Posted::Gone) => return Ok(Posted::Gone),
                    Err(error) => tracing::warn!(%error, "a message was not posted"),
                }
            }
            messages = listener.next() => {
                gathered.extend(messages.unwrap_or_default());
                if gathered.last().is_none_or(|last| last.message.is_last()) {
                    return send(socket, key, gathered).await;
                }
            }
        }
    }
}

/// Posts messages one after the other.
async fn send(socket: &GatewaySocket, key: &IdempotencyKey, messages: Vec<Numbered>) -> Result<Posted> {
    for mut numbered in coalesced(messages) {
        if let Message::Error(problem) = &mut numbered.message
            && problem.status == StatusCode::CONFLICT
        {
            problem.retry_after_s = problem.retry_after_s.map(|wait| wait.min(SOON_S));
        }
        for frame in frames::of(&Envelope { key: key.clone(), numbered }) {
            if socket.post(frame).await? == Posted::Gone {
                return Ok(Posted::Gone);
            }
        }
    }
    Ok(Posted::Sent)
}
