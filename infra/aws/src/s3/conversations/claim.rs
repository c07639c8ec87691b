//! The claim of an idempotency key: one object a key, which says who may answer it, and until when.

use contract::ports::Opening;
use contract::{Caller, Error, ErrorKind, IdempotencyKey, Result, SessionId, TurnId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::session::{State, unreadable};
use super::{Change, S3Conversations, crowded, patience};
use crate::s3::bucket::{Object, Provided, Written};

/// The content of a key's object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Claim {
    fingerprint: String,
    session: SessionId,
    turn: TurnId,
    expires: Timestamp,
    /// Counted from one. Higher with every takeover, so no two claims of a key are the same bytes.
    attempt: u64,
}

/// What became of claiming a key.
pub(super) enum Claimed {
    Ours { attempt: u64, expires: Timestamp },
    Closed { session: SessionId, turn: TurnId },
}

impl S3Conversations {
    /// Claims the key of an opening, or finds what it was closed with.
    pub(super) async fn claim(&self, opening: &Opening) -> Result<Claimed> {
        let path = path(&opening.turn.caller, &opening.key);
        let expires = self.clock.now().checked_add(opening.lease).unwrap_or(Timestamp::MAX);
        let Opening { turn, fingerprint, .. } = opening;
        let fingerprint = fingerprint.0.clone();
        let mut wanted =
            Claim { fingerprint, session: turn.session.clone(), turn: turn.id.clone(), expires, attempt: 1 };
        let mut waits = patience();
        // A new key is the usual case: written without asking first.
        let mut found: Option<Object> = None;
        loop {
            let provided = found.as_ref().map_or(Provided::Absent, |object| Provided::Unchanged(&object.tag));
            let content = serde_json::to_vec(&wanted).map_err(unreadable)?;
            if let Written::Done(_) = self.bucket.put(&path, content, provided).await? {
                return Ok(Claimed::Ours { attempt: wanted.attempt, expires });
            }
            found = self.bucket.get(&path).await?;
            if let Some(object) = &found {
                let standing: Claim = serde_json::from_slice(&object.content).map_err(unreadable)?;
                if let Some(outcome) = self.weigh(opening, &standing).await? {
                    return Ok(outcome);
                }
                wanted.attempt = standing.attempt + 1;
            }
            tokio::time::sleep(waits.next().ok_or_else(crowded)?).await;
        }
    }

    /// Decides about a standing claim: ours, closed, refused, or (`None`) free to be taken over.
    async fn weigh(&self, opening: &Opening, standing: &Claim) -> Result<Option<Claimed>> {
        if standing.fingerprint != opening.fingerprint.0 {
            return Err(Error::invalid("Idempotency-Key", "this key was used before with another body")
                .hint("send a new key with a new request, or the same body with the same key"));
        }
        if standing.turn == opening.turn.id {
            return Ok(Some(Claimed::Ours { attempt: standing.attempt, expires: standing.expires }));
        }
        let shut = |state: Option<State>, _| {
            let mut state = state.unwrap_or_else(|| State::of(&opening.turn.caller));
            // A session of someone else lets no attempt of ours in: nothing to shut.
            if state.require(&opening.turn.caller).is_err() {
                return Ok(Change::Keep(None));
            }
            if let Some(closed) = state.closed(&opening.key) {
                return Ok(Change::Keep(Some(closed.turn.clone())));
            }
            refuse_while_leased(standing, self.clock.now())?;
            if standing.session == opening.turn.session || !state.shut(&opening.key, standing.attempt) {
                return Ok(Change::Keep(None));
            }
            Ok(Change::Write(state, None))
        };
        let closed = self.change(&standing.session, shut).await?;
        if closed.is_none() {
            refuse_while_leased(standing, self.clock.now())?;
        }
        Ok(closed.map(|turn| Claimed::Closed { session: standing.session.clone(), turn }))
    }
}

fn refuse_while_leased(standing: &Claim, now: Timestamp) -> Result<()> {
    match std::time::Duration::try_from(standing.expires.duration_since(now)) {
        Ok(left) if !left.is_zero() => Err(Error::new(ErrorKind::Conflict, "a turn with this key is in progress")
            .hint("wait and send the same request again")
            .retry_after(left)),
        _ => Ok(()),
    }
}

/// Visitors have one folder, everybody else one each, whose name no visitor's key can spell.
fn path(caller: &Caller, key: &IdempotencyKey) -> String {
    match &*caller.owner() {
        "" => format!("keys/visitors/{key}.json"),
        owner => format!("keys/customers/c-{owner}/{key}.json"),
    }
}
