//! The analytics agent: counts closed turns by the hour, so that any window adds up to its figures.
//!
//! Turns are counted in the hour in which they were closed. Conversations, and what becomes of them, are counted in the hour
//! in which they began: so the parts of a window are never more than its whole. What is counted names nobody; what is known
//! of a customer's last conversations is a note of theirs, which ends thirty days after them.

pub mod about;
pub mod buckets;
mod conversation;
pub mod feedback;
pub mod summary;
mod turn;

use std::collections::HashSet;
use std::time::Duration;

use contract::{Card, Error, Finding, Result, Stage, TurnRecord};
use learning::{Closed, Hour, Learner, Notes};
use serde::Deserialize;

use about::OTHER;
use conversation::Conversations;

pub use summary::{Figures, Summary};

/// Counts closed turns and conversations.
pub struct AnalyticsAgent {
    intents: HashSet<String>,
    no_matter: HashSet<String>,
}

/// The file of intents that are no matter of their own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Matters {
    no_matter: HashSet<String>,
}

impl AnalyticsAgent {
    /// An agent that tells these intents apart; any other is counted as `other`.
    ///
    /// # Errors
    /// `Invalid` when its table is broken.
    pub fn new(intents: impl IntoIterator<Item = String>) -> Result<Self> {
        let read = toml::from_str(include_str!("../data/matters.toml"));
        let Matters { no_matter } =
            read.map_err(|cause| Error::invalid("agents/analytics/data/matters.toml", cause.to_string()))?;
        Ok(Self { intents: intents.into_iter().collect(), no_matter })
    }

    /// The intent of a turn, as it is counted.
    pub fn intent<'a>(&self, record: &'a TurnRecord) -> &'a str {
        let found = record.find(|found| if let Finding::Intent(intent) = found { Some(intent) } else { None });
        found.map(|intent| intent.label.as_str()).filter(|label| self.intents.contains(*label)).unwrap_or(OTHER)
    }

    /// The intent of a turn, if it is what a conversation can be about.
    fn matter(&self, record: &TurnRecord) -> Option<String> {
        Some(self.intent(record)).filter(|label| !self.no_matter.contains(*label)).map(str::to_owned)
    }
}

impl Learner for AnalyticsAgent {
    fn card(&self) -> Card {
        Card {
            name: "analytics",
            purpose: "Counts turns and conversations: volume, outcomes, latency, cost, containment, repeat contact.",
            stage: Stage::Learn,
            budget: Duration::from_secs(5),
        }
    }

    fn needs(&self, closed: &Closed) -> Vec<String> {
        vec![conversation::key(&closed.record)]
    }

    fn learn(&self, closed: &Closed, notes: &mut Notes) -> Result<()> {
        let record = &closed.record;
        let key = conversation::key(record);
        let before: Conversations = notes.get(&key)?.unwrap_or_default();
        let (after, acted) = before.clone().with(record, self.matter(record));
        for (hour, what, about, more) in after.since(&before) {
            notes.count(Hour(hour), what, &about, more);
        }
        let hour = Hour::of(record.closed);
        for (what, about, more) in turn::counts(record, self.intent(record), &acted) {
            notes.count(hour, &what, &about, more);
        }
        notes.put(&key, &conversation::owner(record), after.expires(), &after)
    }
}

#[cfg(test)]
mod tests;
