//! How much a caller may ask for: so many turns a minute, so many at once. What is over a limit is told which, and when to
//! come back.

mod at_once;
mod rate;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::http::StatusCode;
use contract::ports::Clock;
use contract::{Caller, SessionId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(super) use self::at_once::{AtOnce, UnderWay};
use self::rate::Rate;
use super::address::subscriber;
use super::error::Problem;
use crate::settings::LimitRules;

/// So many other requests are allowed for each turn: they cost little.
const CALLS_A_TURN: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// Seconds after which a place may be free where turns under way take them all.
const A_PLACE_S: u64 = 1;

/// The limits, and who is how near to them.
///
/// A known caller is counted by identity alone: many people share the address of a company or of a mobile network. A visitor is
/// counted by address. All requests of an address together have a limit of their own, ten times as wide.
pub struct Limits {
    rules: LimitRules,
    turns: ByWho,
    calls: ByWho,
    knocks: Option<Rate>,
    everybody: Arc<Semaphore>,
    under_way: Arc<AtOnce<Key>>,
}

/// A rate for those who are known, and one for visitors.
struct ByWho {
    known: Option<Rate>,
    visitors: Option<Rate>,
}

/// Whom a limit counts for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    /// A known caller.
    Caller(Caller),
    /// A subscriber's address.
    Address(IpAddr),
    /// A session of a caller: no one can use up another's by naming it.
    Session(Caller, SessionId),
    /// All for whom there is no room of their own.
    Crowd,
}

/// Leave to take one turn. Held until the turn has ended.
#[derive(Debug)]
#[must_use = "the turn is under way as long as this is held"]
pub struct Permit {
    _everybody: OwnedSemaphorePermit,
    _identity: Option<UnderWay<Key>>,
    _session: Option<UnderWay<Key>>,
}

impl Limits {
    /// Limits that follow these rules, by this clock.
    pub fn new(rules: LimitRules, clock: Arc<dyn Clock>) -> Self {
        let rate = |a_minute: Option<NonZeroU32>| a_minute.map(|a_minute| Rate::new(a_minute, clock.clone()));
        let wide = |a_minute: Option<NonZeroU32>| rate(a_minute.map(|a_minute| a_minute.saturating_mul(CALLS_A_TURN)));
        Self {
            turns: ByWho { known: rate(rules.turns_per_minute), visitors: rate(rules.address_per_minute) },
            calls: ByWho { known: wide(rules.turns_per_minute), visitors: None },
            knocks: wide(rules.address_per_minute),
            everybody: Arc::new(Semaphore::new(rules.turns_at_once)),
            under_way: Arc::default(),
            rules,
        }
    }

    /// The rules that are followed.
    pub fn rules(&self) -> &LimitRules {
        &self.rules
    }

    /// How many turns are under way.
    pub fn under_way(&self) -> usize {
        self.rules.turns_at_once.saturating_sub(self.everybody.available_permits())
    }

    /// Lets a turn of `caller` in `session` begin. Without an address, as where no connection carried the request, only what
    /// is not counted by address holds.
    ///
    /// # Errors
    /// 429, or 503 when the server as a whole has no place, each with the limit and the time to wait.
    pub fn admit(&self, caller: &Caller, address: Option<IpAddr>, session: &SessionId) -> Result<Permit, Problem> {
        let who = Key::of(caller, address);
        let permit = self.place(caller, who.as_ref(), session)?;
        self.turns.count(who.as_ref(), "turns")?;
        Ok(permit)
    }

    /// Counts a request of a known caller, whatever it is for.
    ///
    /// # Errors
    /// 429.
    pub fn called(&self, caller: &Caller) -> Result<(), Problem> {
        self.calls.count(Key::of(caller, None).as_ref(), "requests")
    }

    /// Counts a request from an address, whoever sent it and whatever it is for.
    ///
    /// # Errors
    /// 429.
    pub fn knocked(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        let (Some(rate), Some(address)) = (&self.knocks, address) else { return Ok(()) };
        let key = Key::Address(subscriber(address));
        rate.count(&key).map_err(|wait| too_often(rate, "requests", &key, wait.as_millis()))
    }

    /// A place among the turns under way: of the whole server, of the caller, of the session.
    fn place(&self, caller: &Caller, who: Option<&Key>, session: &SessionId) -> Result<Permit, Problem> {
        let LimitRules { identity_at_once, session_at_once, turns_at_once, .. } = self.rules;
        let everybody = self.everybody.clone().try_acquire_owned().map_err(|_| {
            let detail = format!("the server has {turns_at_once} turns under way, its most (limits.turns_at_once)");
            later(StatusCode::SERVICE_UNAVAILABLE, detail, A_PLACE_S)
        })?;
        let identity = who.cloned().zip(identity_at_once).map(|(key, most)| {
            let what = key.words();
            self.enter(key, most, || format!("at most {most} turns at once from {what} (limits.identity_at_once)"))
        });
        let session = session_at_once.map(|most| {
            let key = Key::Session(caller.clone(), session.clone());
            self.enter(key, most, || format!("at most {most} turns at once in one session (limits.session_at_once)"))
        });
        Ok(Permit { _everybody: everybody, _identity: identity.transpose()?, _session: session.transpose()? })
    }

    fn enter(&self, key: Key, most: NonZeroU32, detail: impl Fn() -> String) -> Result<UnderWay<Key>, Problem> {
        let place = self.under_way.enter(key, most.get());
        place.ok_or_else(|| later(StatusCode::TOO_MANY_REQUESTS, detail(), A_PLACE_S))
    }
}

impl ByWho {
    fn count(&self, who: Option<&Key>, what: &str) -> Result<(), Problem> {
        let rate = match who {
            Some(Key::Caller(_)) => &self.known,
            Some(_) => &self.visitors,
            None => &None,
        };
        let (Some(rate), Some(key)) = (rate, who) else { return Ok(()) };
        rate.count(key).map_err(|wait| too_often(rate, what, key, wait.as_millis()))
    }
}

impl Key {
    /// A known caller counts by who they are, a visitor by where they are.
    fn of(caller: &Caller, address: Option<IpAddr>) -> Option<Self> {
        match caller {
            Caller::Anonymous => address.map(|address| Self::Address(subscriber(address))),
            known => Some(Self::Caller(known.clone())),
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Caller(_) => "one identity",
            Self::Address(_) | Self::Crowd => "one address",
            Self::Session(..) => "one session",
        }
    }
}

fn too_often(rate: &Rate, what: &str, key: &Key, wait_ms: u128) -> Problem {
    let setting = if matches!(key, Key::Caller(_)) { "limits.turns_per_minute" } else { "limits.address_per_minute" };
    let detail = format!("at most {} {what} a minute from {} ({setting})", rate.per_minute, key.words());
    // Rounded up: a client that waits exactly this long must not come too early.
    later(StatusCode::TOO_MANY_REQUESTS, detail, wait_ms.div_ceil(1_000).max(1).try_into().unwrap_or(u64::MAX))
}

/// A refusal for now.
fn later(status: StatusCode, detail: String, wait_s: u64) -> Problem {
    let hint = "send the same request again after the time that Retry-After names";
    Problem::protocol(status, detail, hint).retry_after(wait_s)
}

#[cfg(test)]
mod tests;
