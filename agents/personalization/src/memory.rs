//! What of a closed turn is worth remembering in the customer's next conversations, and how it is told there.

use contract::finding::{Fact, Route, Sentiment, Statement};
use contract::profile::{Memory, MemoryKind};
use contract::{ActionState, Caller, Exchange, Finding, Result, SessionId, TurnRecord};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::preferences::preferences;
use crate::tables::Tables;

/// What memories are cited as.
const SOURCE: &str = "Earlier conversations";

/// Says what is worth remembering. Pure: the same turn gives the same memories.
#[derive(Debug, Clone)]
pub struct Remembrance(Tables);

impl Remembrance {
    /// By the shipped tables.
    ///
    /// # Errors
    /// `Invalid` when they are broken.
    pub fn shipped() -> Result<Self> {
        Tables::shipped().map(Self)
    }

    /// What of a closed turn is worth remembering: what was done or could not be done, the matter that a person was asked to
    /// take over, and how the customer said they like things. Most turns leave nothing.
    ///
    /// Preferences are taken only from the customer's own words, never from a car, in which somebody else may be speaking, and
    /// never from a message that reports a danger or speaks to the machine.
    pub fn of(&self, record: &TurnRecord, history: &[Exchange]) -> Vec<Memory> {
        if record.turn.caller.customer().is_none() {
            return Vec::new();
        }
        let at = record.closed;
        let memory = |kind, text| Memory { session: record.turn.session.clone(), at, kind, text };
        let mut memories: Vec<Memory> = self.actions(record).map(|(kind, text)| memory(kind, text)).collect();
        if opens_a_case(record, history) {
            memories.push(memory(MemoryKind::Open, sentence(&self.0.sentences.handed_over, at, "")));
        }
        if !matches!(record.turn.caller, Caller::Vehicle { .. }) && !in_danger(record) {
            let stated = preferences(&self.0, &record.turn.text).into_iter();
            memories.extend(
                stated.map(|said| memory(MemoryKind::Preference, sentence(&self.0.sentences.preference, at, &said))),
            );
        }
        memories
    }

    /// What is remembered of a matter that a person settled.
    pub fn settled(&self, session: &SessionId, at: Timestamp, note: &str) -> Memory {
        let note = crate::preferences::cut(note, self.0.longest);
        let text = sentence(&self.0.sentences.settled, at, &note);
        Memory { session: session.clone(), at, kind: MemoryKind::Resolved, text }
    }

    /// The facts that a reply may rest on. What this conversation itself left is in its history already, but for
    /// preferences, which history may be too short for.
    pub(crate) fn facts(&self, memories: &[Memory], here: &SessionId) -> Vec<Fact> {
        let elsewhere =
            memories.iter().filter(|memory| memory.session != *here || memory.kind == MemoryKind::Preference);
        elsewhere.take(self.0.most_told).map(|memory| fact(&memory.text)).collect()
    }

    /// Leaves what a turn may carry on: the newest, and what the customer prefers. The record of every turn holds a copy.
    pub(crate) fn bound(&self, memories: &mut Vec<Memory>) {
        memories.sort_by_key(|memory| memory.kind != MemoryKind::Preference);
        memories.truncate(self.0.most_told);
    }

    /// The answer to a customer who asks what is remembered; none to anybody who asks something else.
    pub(crate) fn recall(&self, text: &str, memories: &[Memory], here: &SessionId) -> Option<Statement> {
        let said = crate::preferences::plain(text);
        let asked = self.0.asked.words.iter().any(|words| said.contains(&format!(" {words} ")));
        asked.then(|| {
            let told: Vec<String> = self.facts(memories, here).into_iter().map(|fact| fact.text).collect();
            match told.is_empty() {
                true => Statement { text: self.0.asked.none.clone(), source: None, closes: true },
                false => {
                    let text = format!("{} {}", told.join(" "), self.0.asked.more);
                    Statement { text, source: Some(SOURCE.into()), closes: true }
                }
            }
        })
    }

    fn actions<'a>(&'a self, record: &'a TurnRecord) -> impl Iterator<Item = (MemoryKind, String)> + 'a {
        let Tables { sentences, not_worth_it, .. } = &self.0;
        let at = record.closed;
        record.actions().into_iter().filter(|action| !not_worth_it.contains(&action.agent)).filter_map(move |action| {
            match &action.state {
                ActionState::CarriedOut { outcome } => {
                    Some((MemoryKind::Resolved, sentence(&sentences.done, at, outcome)))
                }
                ActionState::Failed { reason } => {
                    let words = format!("{} {reason}", action.summary);
                    Some((MemoryKind::Open, sentence(&sentences.failed, at, &words)))
                }
                ActionState::Proposed | ActionState::Declined => None,
            }
        })
    }
}

/// Whether this turn gave the matter to a person, and no turn before it had.
fn opens_a_case(record: &TurnRecord, history: &[Exchange]) -> bool {
    let case = record.find(|finding| if let Finding::Handoff(handoff) = finding { Some(&handoff.case) } else { None });
    case.is_some_and(|case| history.iter().all(|past| past.case.as_ref() != Some(case)))
}

/// Whether somebody may get hurt: then nothing in the words is about how they like things.
fn in_danger(record: &TurnRecord) -> bool {
    let felt: Option<&Sentiment> =
        record.find(|found| if let Finding::Sentiment(felt) = found { Some(felt) } else { None });
    let route: Option<&Route> = record.find(|found| if let Finding::Route(route) = found { Some(route) } else { None });
    felt.is_some_and(|felt| !felt.hazards.is_empty() || !felt.earlier_hazards.is_empty())
        || route.is_some_and(|route| route.safety.is_some())
}

fn sentence(form: &str, at: Timestamp, words: &str) -> String {
    let day = at.to_zoned(TimeZone::UTC).strftime("%-d %B %Y").to_string();
    form.replace("{day}", &day).replace("{words}", words.trim())
}

fn fact(text: &str) -> Fact {
    Fact { text: text.into(), source: SOURCE.into() }
}

#[cfg(test)]
mod tests;
