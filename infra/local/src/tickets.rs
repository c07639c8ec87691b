//! Tickets in memory. A ticket holds for less time than a restart takes from its client, so a disk would keep nothing of worth.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Clock, PersonalData, TicketHash, Tickets};
use contract::{Access, Caller, Error, ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Tickets kept at once, at most: a few megabytes.
const MOST: usize = 16_384;
/// Tickets kept at once for one caller: as many as somebody with a few devices and a bad connection needs.
const MOST_OF_ONE: usize = 32;

/// When to come back to a full store.
const REST: Duration = Duration::from_secs(10);

/// Keeps the tickets of one process.
pub struct MemoryTickets {
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<TicketHash, (Caller, Timestamp)>>,
}

impl MemoryTickets {
    /// An empty store that judges expiry by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<TicketHash, (Caller, Timestamp)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Tickets for MemoryTickets {
    async fn keep(&self, ticket: &TicketHash, caller: &Caller, expires: Timestamp) -> Result<()> {
        let now = self.clock.now();
        let mut kept = self.kept();
        kept.retain(|_, (_, expires)| *expires > now);
        let of_one = kept.values().filter(|(owner, _)| owner == caller).count();
        if kept.len() >= MOST || of_one >= MOST_OF_ONE {
            return Err(Error::new(ErrorKind::Busy, "too many tickets are waiting to be used")
                .hint("use the tickets that were given, or wait until they expire")
                .retry_after(REST));
        }
        kept.insert(ticket.clone(), (caller.clone(), expires));
        Ok(())
    }

    async fn redeem(&self, ticket: &TicketHash) -> Result<Option<Caller>> {
        let now = self.clock.now();
        let found = self.kept().remove(ticket);
        Ok(found.filter(|(_, expires)| *expires > now).map(|(caller, _)| caller))
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl PersonalData for MemoryTickets {
    fn store(&self) -> &'static str {
        "tickets"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let kept = self.kept();
        let mut own: Vec<&Timestamp> =
            kept.values().filter(|(owner, _)| access.owns(&owner.owner())).map(|(_, expires)| expires).collect();
        own.sort();
        Ok(own.into_iter().map(|expires| json!({"ticket_until": expires})).collect())
    }

    async fn erase(&self, access: &Access) -> Result<u64> {
        let mut kept = self.kept();
        let before = kept.len();
        kept.retain(|_, (owner, _)| !access.owns(&owner.owner()));
        Ok((before - kept.len()) as u64)
    }
}

#[cfg(test)]
mod tests {
    use contract::testing::{ManualClock, customer};

    use super::*;

    #[tokio::test]
    async fn keeps_the_promises_of_the_port() {
        contract::testing::tickets::check(|clock| Arc::new(MemoryTickets::new(clock))).await;
    }

    #[tokio::test]
    async fn keeps_the_promises_of_personal_data() {
        let clock = Arc::new(ManualClock::default());
        let store = MemoryTickets::new(clock.clone());
        let plant = async |caller: &Caller, word: &str| {
            // What is shown of a ticket is until when it holds.
            let wait = Duration::from_secs(60 + u64::from(word.bytes().next_back().unwrap_or_default()));
            let expires = clock.now().checked_add(wait).unwrap();
            store.keep(&TicketHash(format!("{word} of {caller:?}")), caller, expires).await.unwrap();
            expires.to_string()
        };
        contract::testing::personal_data::check(&store, plant).await;
    }

    #[tokio::test]
    async fn the_number_is_bounded_for_each_and_for_all_until_tickets_expire() {
        let clock = Arc::new(ManualClock::default());
        let store = MemoryTickets::new(clock.clone());
        let minute = Duration::from_secs(60);
        let keep = async |number: usize, owner: usize| {
            let expires = clock.now().checked_add(minute).unwrap();
            let ticket = TicketHash(format!("{number}"));
            store.keep(&ticket, &customer(&format!("customer-{owner}")), expires).await
        };
        for number in 0..MOST {
            keep(number, number / MOST_OF_ONE).await.unwrap();
            if number + 1 == MOST_OF_ONE {
                assert_eq!(keep(MOST, 0).await.unwrap_err().kind, ErrorKind::Busy, "too many of one");
            }
        }
        assert_eq!(keep(MOST, MOST).await.unwrap_err().kind, ErrorKind::Busy, "too many in all");
        clock.advance(minute);
        keep(0, 0).await.unwrap();
        assert_eq!(store.kept().len(), 1);
    }
}
