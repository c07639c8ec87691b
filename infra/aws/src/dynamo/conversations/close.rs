//! Stores a finished turn: the key's result, the session's count and the turn itself, in one transaction.
//!
//! A call that was cut off may have gone through. Within the call, the SDK repeats it under one request token, which
//! DynamoDB carries out once within ten minutes. Beyond that, each call of `close` leaves its own nonce in the key it
//! closes: a refusal that shows our nonce, or a look at the key after an unclear failure, proves that it was this call, and
//! its number is returned. Another call with the same ticket has another nonce and is a conflict. If the look fails too, the
//! error says "unavailable" although the turn may be stored: a repeat of the request finds it under its key.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use contract::ports::{Closing, Ticket};
use contract::{Error, ErrorKind, Result};
use jiff::Timestamp;

use super::DynamoConversations;
use super::items::{KeyItem, SessionItem, TurnItem, idempotency_key, item, parse, session_key, turn_key};
use super::pack::{LARGEST, pack, too_large};
use crate::dynamo::Item;
use crate::dynamo::expression::{number, put, text, update};
use crate::dynamo::retry::Waits;
use crate::dynamo::transaction::{Refusal, transact};

/// What is to be stored, with everything that must not change between tries.
struct Finished<'a> {
    ticket: &'a Ticket,
    turn: TurnItem,
    /// The packed record, unless it went to the bucket.
    packed: Option<Vec<u8>>,
    now: Timestamp,
    nonce: String,
}

/// What one try came to.
enum Step {
    Stored(u64),
    /// Try again, after so many turns.
    After(u64),
}

impl DynamoConversations {
    pub(super) async fn store(&self, closing: Closing<'_>) -> Result<u64> {
        let finished = self.finish(closing).await?;
        let mut waits = Waits::of(&finished.nonce);
        let mut before = closing.ticket.turns;
        let mut place = None;
        for attempt in 0_u32.. {
            match self.try_to_store(&finished, before, attempt).await? {
                Step::Stored(seq) => return Ok(seq),
                Step::After(turns) => before = turns,
            }
            match place {
                None => place = self.lines.stand(&closing.ticket.session).await?,
                Some(_) => waits.next().await?,
            }
        }
        Err(lost_hold())
    }

    /// Packs the record; one too large for an item goes to the bucket first, so that no item ever points to nothing.
    async fn finish<'a>(&self, closing: Closing<'a>) -> Result<Finished<'a>> {
        let Closing { ticket, record } = closing;
        let now = self.clock.now();
        let mut turn = TurnItem::of(record, ticket, &self.options.home_region, self.expiry(now));
        let packed = pack(record)?;
        let texts = turn.said.len().saturating_add(turn.replied.len());
        let fits = texts.saturating_add(packed.len()) <= LARGEST;
        let packed = if fits {
            Some(packed)
        } else if texts > LARGEST {
            return Err(too_large());
        } else {
            turn.record_at = Some(self.put_aside(ticket, packed).await?);
            None
        };
        Ok(Finished { ticket, turn, packed, now, nonce: self.nonce(ticket.turn.as_str()) })
    }

    async fn try_to_store(&self, finished: &Finished<'_>, before: u64, attempt: u32) -> Result<Step> {
        let seq = before.saturating_add(1);
        let writes = vec![
            self.close_key(finished, seq)?,
            self.count_turn(finished, before, seq)?,
            self.insert_turn(finished, seq)?,
        ];
        let token = format!("{}-{attempt}", finished.nonce);
        match transact(&self.client, &self.meter, writes, &token, &self.both_tables()).await {
            Ok(()) => Ok(Step::Stored(seq)),
            Err(Refusal::Contended) => Ok(Step::After(before)),
            Err(Refusal::Failed(error)) => Err(error),
            Err(Refusal::Undecided(error)) => self.look(finished).await.map(Step::Stored).ok_or(error),
            Err(Refusal::Conditions(failed)) => self.judge(finished, failed, before),
        }
    }

    fn close_key(&self, finished: &Finished<'_>, seq: u64) -> Result<TransactWriteItem> {
        let Finished { ticket, turn, nonce, .. } = finished;
        let values = [
            (":turn", text(ticket.turn.as_str())),
            (":session", text(ticket.session.as_str())),
            (":seq", number(seq)),
            (":nonce", text(nonce)),
            (":expires_at", number(turn.expires_at)),
        ];
        let change = "SET #seq = :seq, #session = :session, #closed_by = :nonce, #expires_at = :expires_at";
        let held = "#turn = :turn AND attribute_not_exists(#seq)";
        update(&self.tables.conversations, idempotency_key(&ticket.caller, &ticket.key), change, held, &values)
    }

    fn count_turn(&self, finished: &Finished<'_>, before: u64, seq: u64) -> Result<TransactWriteItem> {
        let values = [
            (":before", number(before)),
            (":seq", number(seq)),
            (":owner", text(finished.ticket.caller.owner())),
            (":home", text(&self.options.home_region)),
            (":expires_at", number(finished.turn.expires_at)),
        ];
        let ours = "#turns = :before AND #owner = :owner AND #home = :home";
        let change = "SET #turns = :seq, #expires_at = :expires_at";
        update(&self.tables.sessions, session_key(&finished.ticket.session), change, ours, &values)
    }

    fn insert_turn(&self, finished: &Finished<'_>, seq: u64) -> Result<TransactWriteItem> {
        let mut turn = item(turn_key(finished.ticket.session.as_str(), seq), &finished.turn)?;
        turn.insert("seq".into(), number(seq));
        if let Some(packed) = &finished.packed {
            turn.insert("record".into(), AttributeValue::B(Blob::new(packed.clone())));
        }
        // What an expired session of the same name left behind may still lie there.
        let free = "attribute_not_exists(#pk) OR #expires_at <= :now_s";
        put(&self.tables.conversations, turn, free, &[(":now_s", number(finished.now.as_second()))])
    }

    /// Decides from the items that were there.
    fn judge(&self, finished: &Finished<'_>, failed: Vec<Option<Item>>, before: u64) -> Result<Step> {
        let mut failed = failed.into_iter();
        let (key, session) = (failed.next().flatten(), failed.next().flatten());
        if let Some(key) = key {
            return closed_by_us(finished, key).map(Step::Stored).ok_or_else(lost_hold);
        }
        let Some(session) = session else {
            // The number is taken although the count says otherwise: go past it.
            return Ok(Step::After(before.saturating_add(1)));
        };
        let session: SessionItem = match session.is_empty() {
            true => return Err(lost_hold()),
            false => parse(session)?,
        };
        if session.owner != finished.ticket.caller.owner() || session.home != self.options.home_region {
            return Err(lost_hold());
        }
        Ok(Step::After(session.turns))
    }

    /// Whether the key says that this very call closed it, after a failure that leaves it open.
    async fn look(&self, finished: &Finished<'_>) -> Option<u64> {
        let Ticket { caller, key, .. } = finished.ticket;
        let found = self.item(&self.tables.conversations, idempotency_key(caller, key)).await.ok()??;
        closed_by_us(finished, found)
    }
}

fn closed_by_us(finished: &Finished<'_>, key: Item) -> Option<u64> {
    let key: KeyItem = parse(key).ok()?;
    (key.closed_by.as_ref() == Some(&finished.nonce)).then_some(key.seq)?
}

fn lost_hold() -> Error {
    Error::new(ErrorKind::Conflict, "another attempt has taken over this turn")
}
