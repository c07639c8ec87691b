//! Admits a turn: takes its key and its session in one transaction, and reads the history meanwhile.

use std::time::Duration;

use aws_sdk_dynamodb::types::TransactWriteItem;
use contract::ports::{Opened, Opening, Ticket};
use contract::{Error, ErrorKind, Result};
use jiff::Timestamp;

use super::DynamoConversations;
use super::bars::under_way;
use super::items::{KeyItem, SessionItem, idempotency_key, item, parse, session_key};
use crate::dynamo::Item;
use crate::dynamo::expression::{number, put, text, update};
use crate::dynamo::failure::unreadable;
use crate::dynamo::retry::Waits;
use crate::dynamo::transaction::{Refusal, transact};

/// A key is free when it never was used, when it is forgotten, or when whoever holds it for the same body is overdue.
const KEY_IS_FREE: &str = "attribute_not_exists(#pk) OR #expires_at <= :now_s \
     OR (#fingerprint = :fingerprint AND attribute_not_exists(#seq) AND #lease_ms <= :now_ms)";
const SESSION_IS_OURS: &str =
    "attribute_not_exists(#pk) OR (#owner = :owner AND #home = :home AND #expires_at > :now_s)";
const TAKE_SESSION: &str = "SET #owner = if_not_exists(#owner, :owner), #turns = if_not_exists(#turns, :none), \
     #version = if_not_exists(#version, :first), #home = if_not_exists(#home, :home), #expires_at = :expires_at";

/// What is asked for, with everything that must not change between tries.
pub(super) struct Claim<'a> {
    pub(super) opening: &'a Opening,
    now: Timestamp,
    lease_end: Timestamp,
    expires_at: i64,
    pub(super) nonce: String,
}

/// What one try came to.
enum Step {
    Admitted,
    Repeat(KeyItem),
    /// Try again; the session is there but forgotten, or at home in another region.
    Again(Option<SessionItem>),
}

impl DynamoConversations {
    /// One round trip unless others are at the same key or session.
    pub(super) async fn admit(&self, opening: &Opening) -> Result<Opened> {
        let now = self.clock.now();
        let claim = Claim {
            opening,
            now,
            lease_end: now.checked_add(opening.lease).unwrap_or(Timestamp::MAX),
            expires_at: self.expiry(now),
            nonce: self.nonce(opening.turn.id.as_str()),
        };
        let (taken, past, barred) = tokio::join!(
            self.take(&claim),
            self.past(&opening.turn.session, opening.history_limit),
            self.barred(&opening.turn.caller)
        );
        if let Some(until) = barred? {
            if matches!(taken, Ok(None)) {
                self.give_back(&claim).await;
            }
            return Err(under_way(until, self.clock.now()));
        }
        if let Some(answered) = taken? {
            let record = self.record(&answered.session, answered.seq.unwrap_or_default()).await?;
            return Ok(Opened::Repeat(Box::new(record)));
        }
        let (turns, history) = past?;
        let turn = opening.turn.clone();
        let (key, expires) = (opening.key.clone(), claim.lease_end);
        Ok(Opened::New(Ticket {
            session: turn.session,
            caller: turn.caller,
            key,
            expires,
            turn: turn.id,
            history,
            turns,
        }))
    }

    /// Takes key and session; returns the key's item when it was answered before.
    async fn take(&self, claim: &Claim<'_>) -> Result<Option<KeyItem>> {
        let mut waits = Waits::of(&claim.nonce);
        let mut seen = None;
        let mut place = None;
        for attempt in 0_u32.. {
            match self.try_to_take(claim, seen.as_ref(), attempt).await? {
                Step::Admitted => return Ok(None),
                Step::Repeat(key) => return Ok(Some(key)),
                Step::Again(session) => seen = session,
            }
            match place {
                None => place = self.lines.stand(&claim.opening.turn.session).await?,
                Some(_) => waits.next().await?,
            }
        }
        Ok(None)
    }

    async fn try_to_take(&self, claim: &Claim<'_>, seen: Option<&SessionItem>, attempt: u32) -> Result<Step> {
        let writes = vec![self.take_key(claim)?, self.take_session(claim, seen)?];
        let token = format!("{}-{attempt}", claim.nonce);
        match transact(&self.client, &self.meter, writes, &token, &self.both_tables()).await {
            Ok(()) => Ok(Step::Admitted),
            Err(Refusal::Contended) => Ok(Step::Again(seen.cloned())),
            Err(Refusal::Undecided(error) | Refusal::Failed(error)) => Err(error),
            Err(Refusal::Conditions(failed)) => judge(claim, failed),
        }
    }

    fn take_key(&self, claim: &Claim<'_>) -> Result<TransactWriteItem> {
        let Opening { turn, key, fingerprint, .. } = claim.opening;
        let pending = KeyItem::pending(claim.opening, claim.lease_end.as_millisecond(), claim.expires_at, &claim.nonce);
        let values = [
            (":now_s", number(claim.now.as_second())),
            (":now_ms", number(claim.now.as_millisecond())),
            (":fingerprint", text(&fingerprint.0)),
        ];
        let item = item(idempotency_key(&turn.caller, key), &pending)?;
        put(&self.tables.conversations, item, KEY_IS_FREE, &values)
    }

    fn take_session(&self, claim: &Claim<'_>, seen: Option<&SessionItem>) -> Result<TransactWriteItem> {
        let turn = &claim.opening.turn;
        let (key, table) = (session_key(&turn.session), &self.tables.sessions);
        let (owner, home) = (turn.caller.owner(), &self.options.home_region);
        let expires_at = (":expires_at", number(claim.expires_at));
        match seen {
            None => {
                let values = [
                    (":owner", text(owner)),
                    (":home", text(home)),
                    (":none", number(0)),
                    (":first", number(1)),
                    (":now_s", number(claim.now.as_second())),
                    expires_at,
                ];
                update(table, key, TAKE_SESSION, SESSION_IS_OURS, &values)
            }
            Some(old) if old.expires_at <= claim.now.as_second() => {
                let (owner, home) = (owner.into_owned(), home.clone());
                let fresh = SessionItem { owner, turns: 0, version: 1, home, expires_at: claim.expires_at };
                let unchanged = "attribute_not_exists(#pk) OR #expires_at = :seen";
                put(table, item(key, &fresh)?, unchanged, &[(":seen", number(old.expires_at))])
            }
            Some(old) => {
                let change = "SET #home = :home, #version = :next, #expires_at = :expires_at";
                let values = [
                    (":home", text(home)),
                    (":next", number(old.version.saturating_add(1))),
                    (":seen", number(old.version)),
                    (":owner", text(owner)),
                    expires_at,
                ];
                update(table, key, change, "#owner = :owner AND #version = :seen", &values)
            }
        }
    }
}

/// Decides from the items that were there. The key comes first: a repeat is a repeat, whatever its session says now.
fn judge(claim: &Claim<'_>, failed: Vec<Option<Item>>) -> Result<Step> {
    let mut failed = failed.into_iter();
    let (key, session) = (failed.next().flatten(), failed.next().flatten());
    if let Some(key) = key {
        return judge_key(claim, parse(key)?);
    }
    match session {
        // It was deleted between the refusal and now: what was seen no longer holds.
        Some(session) if session.is_empty() => Ok(Step::Again(None)),
        Some(session) => judge_session(claim, parse(session)?),
        None => Err(unreadable("a transaction was refused for no reason")),
    }
}

fn judge_key(claim: &Claim<'_>, key: KeyItem) -> Result<Step> {
    if key.opened_by == claim.nonce {
        return Ok(Step::Admitted); // An earlier try of this very call went through, and its answer was lost.
    }
    if key.fingerprint != claim.opening.fingerprint.0 {
        return Err(Error::invalid("Idempotency-Key", "this key was used before with another body")
            .hint("send a new key with a new request, or the same body with the same key"));
    }
    if key.seq.is_some() {
        return Ok(Step::Repeat(key));
    }
    let left = key.lease_ms.saturating_sub(claim.now.as_millisecond());
    let left = Duration::from_millis(u64::try_from(left).unwrap_or_default().max(1));
    Err(Error::new(ErrorKind::Conflict, "a turn with this key is in progress")
        .hint("wait and send the same request again")
        .retry_after(left))
}

fn judge_session(claim: &Claim<'_>, session: SessionItem) -> Result<Step> {
    let forgotten = session.expires_at <= claim.now.as_second();
    if !forgotten && session.owner != claim.opening.turn.caller.owner() {
        // The same answer for "does not exist" and "is not yours": nobody learns which sessions exist.
        return Err(Error::new(ErrorKind::NotFound, "no such session"));
    }
    Ok(Step::Again(Some(session)))
}
