//! The insights agent: finds what closed turns have in common, week by week.
//!
//! What it counts names nobody and holds no words of customers. An unanswered question is a note of its customer, in words
//! without what could name them, which ends after ninety days.

pub mod dangers;
pub mod moods;
pub mod questions;
mod redact;
pub mod report;
pub mod statistics;
pub mod topics;
pub mod week;

use std::collections::HashSet;
use std::time::Duration;

use contract::finding::{DocumentKind, Hazard, Polarity, Sentiment, Target};
use contract::{Card, Error, Finding, Outcome, Result, Stage, TurnRecord};
use jiff::{SignedDuration, Timestamp};
use learning::{Closed, Hour, Learner, Notes};
use serde::Deserialize;

use questions::Question;
use week::Week;

pub use report::Insights;

/// What stands for an intent that is not in the catalogue.
const OTHER: &str = "other";
/// What stands for a car whose model is not known.
pub(crate) const UNKNOWN: &str = "unknown";
/// Longest name of a model or a section, in characters.
const LONGEST: usize = 160;
/// How long an unanswered question is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long it is remembered of a conversation which dangers it reported.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Learns topics, moods, dangers and unanswered questions.
pub struct InsightsAgent {
    intents: HashSet<String>,
    tables: Tables,
}

/// The file of what it must know.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    no_danger: HashSet<String>,
    no_topic: HashSet<String>,
    no_article: HashSet<String>,
    admissions: Vec<String>,
}

impl InsightsAgent {
    /// An agent that tells these intents apart.
    ///
    /// # Errors
    /// `Invalid` when its tables are broken.
    pub fn new(intents: impl IntoIterator<Item = String>) -> Result<Self> {
        let tables = toml::from_str(include_str!("../data/insights.toml"))
            .map_err(|cause| Error::invalid("agents/insights/data/insights.toml", cause.to_string()))?;
        Ok(Self { intents: intents.into_iter().collect(), tables })
    }

    fn intent<'a>(&self, record: &'a TurnRecord) -> &'a str {
        let found = record.find(|found| if let Finding::Intent(intent) = found { Some(intent) } else { None });
        found.map(|intent| intent.label.as_str()).filter(|label| self.intents.contains(*label)).unwrap_or(OTHER)
    }

    /// The intent and the cited sections of the library, each once.
    fn topics(&self, record: &TurnRecord, hour: Hour, notes: &mut Notes) {
        let intent = self.intent(record);
        if !self.tables.no_topic.contains(intent) {
            notes.count(hour, "topic", "", 1);
            notes.count(hour, "topic", &format!("intent={intent}"), 1);
        }
        let cited = record.reply.citations.iter().filter(|citation| citation.kind != DocumentKind::Record);
        let sections: HashSet<String> = cited
            .map(|citation| format!("section={}", name(&format!("{} › {}", citation.title, citation.section))))
            .collect();
        if !sections.is_empty() {
            notes.count(hour, "cited", "", 1);
        }
        for section in sections {
            notes.count(hour, "cited", &section, 1);
        }
    }

    /// Each danger once a conversation, by the model of the customer's car.
    fn dangers(&self, record: &TurnRecord, hour: Hour, notes: &mut Notes) -> Result<()> {
        let Some(found) = sentiment(record) else { return Ok(()) };
        let key = session_key(record);
        let mut reported: Vec<String> = notes.get(&key)?.unwrap_or_default();
        let new = |hazard: &&Hazard| !self.tables.no_danger.contains(&hazard.name) && !reported.contains(&hazard.name);
        let mut new: Vec<String> = found.hazards.iter().filter(new).map(|hazard| hazard.name.clone()).collect();
        new.sort();
        new.dedup();
        if new.is_empty() {
            return Ok(());
        }
        for hazard in &new {
            notes.count(hour, &format!("danger/{hazard}"), &format!("car={}", car(record)), 1);
        }
        reported.extend(new);
        let expires = record.closed.checked_add(REMEMBERED).unwrap_or(Timestamp::MAX);
        notes.put(&key, &record.turn.caller.owner(), expires, &reported)
    }

    fn unanswered(&self, record: &TurnRecord, hour: Hour, notes: &mut Notes) -> Result<()> {
        if !self.is_unanswered(record) {
            return Ok(());
        }
        let intent = self.intent(record);
        notes.count(hour, "unanswered", "", 1);
        notes.count(hour, "unanswered", &format!("intent={intent}"), 1);
        let profile = record.find(|found| if let Finding::Profile(profile) = found { Some(profile) } else { None });
        let words = redact::redacted(&record.turn.text, profile.map(|profile| profile.name.as_str()));
        let question = Question { words, intent: intent.to_owned(), at: record.closed };
        let key = format!("{}{}", questions::prefix(Week::of(record.closed)), record.turn.id);
        let expires = record.closed.checked_add(KEPT).unwrap_or(Timestamp::MAX);
        notes.put(&key, &record.turn.caller.owner(), expires, &question)
    }

    /// Whether the assistant answered and had no answer: it says so itself, or the library had nothing, nobody did anything, and
    /// nothing is cited.
    fn is_unanswered(&self, record: &TurnRecord) -> bool {
        let findings = || record.reports.iter().flat_map(|report| &report.findings);
        let person = findings().any(|finding| match finding {
            Finding::Route(route) => route.target == Target::Human,
            Finding::Handoff(_) | Finding::Verdict(_) => true,
            _ => false,
        });
        if person || record.reply.text.is_empty() {
            return false;
        }
        let reply = record.reply.text.to_lowercase().replace('’', "'");
        if self.tables.admissions.iter().any(|admission| reply.contains(admission)) {
            return true;
        }
        let looked =
            record.reports.iter().any(|report| report.agent == "knowledge" && report.outcome == Outcome::Answered);
        let helped = findings().any(|finding| {
            matches!(finding, Finding::Passage(_) | Finding::Statement(_) | Finding::Action(_) | Finding::Offer(_))
        });
        let could = !self.tables.no_article.contains(self.intent(record));
        looked && could && !helped && record.reply.citations.is_empty()
    }
}

impl Learner for InsightsAgent {
    fn card(&self) -> Card {
        Card {
            name: "insights",
            purpose: "Finds emerging topics, unanswered questions, moods, and dangers by model.",
            stage: Stage::Learn,
            budget: Duration::from_secs(5),
        }
    }

    fn needs(&self, closed: &Closed) -> Vec<String> {
        vec![session_key(&closed.record)]
    }

    fn learn(&self, closed: &Closed, notes: &mut Notes) -> Result<()> {
        let record = &closed.record;
        let hour = Hour::of(record.closed);
        self.topics(record, hour, notes);
        if let Some(found) = sentiment(record) {
            let what = format!("mood/{}", mood(found.polarity));
            notes.count(hour, &what, "", 1);
            notes.count(hour, &what, &format!("intent={}", self.intent(record)), 1);
        }
        self.dangers(record, hour, notes)?;
        self.unanswered(record, hour, notes)
    }
}

fn session_key(record: &TurnRecord) -> String {
    format!("insights/session/{}", record.turn.session)
}

fn sentiment(record: &TurnRecord) -> Option<&Sentiment> {
    record.find(|found| if let Finding::Sentiment(sentiment) = found { Some(sentiment) } else { None })
}

const fn mood(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Negative => "negative",
        Polarity::Neutral => "neutral",
        Polarity::Positive => "positive",
    }
}

/// The model of the car that the customer sits in, or has.
fn car(record: &TurnRecord) -> String {
    let profile = record.find(|found| if let Finding::Profile(profile) = found { Some(profile) } else { None });
    profile.and_then(|profile| profile.vehicles.first()).map_or_else(|| UNKNOWN.to_owned(), |car| name(&car.model))
}

fn name(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests;
