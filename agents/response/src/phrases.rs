//! The words of the house that need no model, from `data/phrases.toml`.

use std::collections::BTreeMap;

use contract::finding;
use contract::finding::Fact;
use contract::{Error, Result, Tone};
use minijinja::{Environment, Value, context};
use serde::Deserialize;

use crate::listening::{Listener, Rest};
use crate::proposals::Remark;

/// The file that ships with the product.
pub const PHRASES: &str = include_str!("../data/phrases.toml");

/// All phrases.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phrases {
    tones: Toned,
    apology: Toned,
    broke_off: String,
    reduced: String,
    missing: BTreeMap<String, String>,
    preface: BTreeMap<String, String>,
    question: Question,
    answered: Answered,
    offers: Offers,
    scripted: BTreeMap<String, Toned>,
    handoff: Handoff,
    left_out: LeftOut,
}

/// One text in the three tones.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Toned {
    friendly: String,
    professional: String,
    concise: String,
}

/// How a customer is asked for a yes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    first: Toned,
    again: Toned,
}

/// What is said of a customer's answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    unclear: Toned,
    lapsed: Toned,
    not_done: Toned,
    not_changed: Toned,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Offers {
    unasked: Vec<String>,
    stop: String,
}

/// What is said of what is not said, to each who listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeftOut {
    driver: RestWords,
    parked: RestWords,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RestWords {
    part: String,
    all: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Handoff {
    source: String,
    passed_on: String,
    queue: BTreeMap<String, QueueWords>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct QueueWords {
    say: String,
    contact: String,
}

impl Phrases {
    /// The phrases that ship with the product.
    #[cfg(test)]
    pub(crate) fn shipped() -> Result<Self> {
        Self::read(PHRASES)
    }

    /// The phrases in this text.
    ///
    /// # Errors
    /// `Invalid` when the text is broken or a template in it does not render.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let phrases: Self = toml::from_str(text).map_err(|cause| Error::invalid("phrases.toml", cause.to_string()))?;
        let Question { first, again } = &phrases.question;
        let templates = phrases.scripted.values().chain([&phrases.apology, first, again]);
        let templates = templates.flat_map(|toned| [&toned.friendly, &toned.professional, &toned.concise]);
        for text in templates.chain([&phrases.handoff.passed_on]) {
            Environment::new().render_str(text, context! { name => "", action => "", position => 2 }).map_err(
                |cause| Error::invalid("phrases.toml", cause.to_string()).hint(format!("in the text {text:?}")),
            )?;
        }
        Ok(phrases)
    }

    /// How a model is told to sound.
    pub(crate) fn tone(&self, tone: Tone) -> &str {
        self.tones.in_tone(tone)
    }

    pub(crate) fn apology(&self, tone: Tone, name: &str) -> String {
        render(self.apology.in_tone(tone), context! { name })
    }

    /// What is said behind an answer that broke off.
    pub(crate) fn broke_off(&self) -> &str {
        &self.broke_off
    }

    /// What is said behind an answer that a lesser model wrote, because no better one could be asked.
    pub(crate) fn reduced(&self) -> &str {
        &self.reduced
    }

    /// What the customer should know about a missing agent, if they would notice.
    pub(crate) fn missing(&self, agent: &str) -> Option<&str> {
        self.missing.get(agent).map(String::as_str)
    }

    /// What is said before the answer to an intent, such as what this chat cannot do.
    pub(crate) fn preface(&self, intent: &str) -> Option<&str> {
        self.preface.get(intent).map(String::as_str)
    }

    /// The whole answer to an intent that needs no model.
    pub(crate) fn scripted(&self, intent: &str, tone: Tone, name: &str) -> Option<String> {
        self.scripted.get(intent).map(|toned| render(toned.in_tone(tone), context! { name }))
    }

    /// Whether an intent needs no model.
    pub(crate) fn is_scripted(&self, intent: &str) -> bool {
        self.scripted.contains_key(intent)
    }

    /// The question whether to do what is said in `action`, for the first time or `again`.
    pub(crate) fn question(&self, tone: Tone, action: &str, again: bool) -> String {
        let words = if again { &self.question.again } else { &self.question.first };
        render(words.in_tone(tone), context! { action })
    }

    /// What is said of an answer to a proposal.
    pub(crate) fn answered(&self, remark: Remark, tone: Tone, name: &str) -> String {
        let words = match remark {
            Remark::Declined => return self.scripted("confirm_no", tone, name).unwrap_or_default(),
            Remark::Unclear => &self.answered.unclear,
            Remark::Lapsed => &self.answered.lapsed,
            Remark::NotDone => &self.answered.not_done,
            Remark::NotChanged => &self.answered.not_changed,
        };
        words.in_tone(tone).into()
    }

    /// How offers of this agent are stopped, when it makes them unasked.
    pub(crate) fn stop_offers(&self, agent: &str) -> Option<&str> {
        self.offers.unasked.iter().any(|known| known == agent).then_some(&self.offers.stop)
    }

    /// How a matter stands in the queue of people.
    pub(crate) fn passed_on(&self, handoff: &finding::Handoff) -> String {
        let finding::Handoff { held_by, position, wait_minutes, opens, .. } = handoff;
        let values = context! { held => held_by.is_some(), position, minutes => wait_minutes, opens };
        render(&self.handoff.passed_on, values)
    }

    /// How it is said that a reply ends although there is more. A reader is told everything.
    pub(crate) fn left_out(&self, listener: Listener, rest: Rest) -> Option<&str> {
        let words = match listener {
            Listener::Reader => return None,
            Listener::Parked => &self.left_out.parked,
            Listener::Driver => &self.left_out.driver,
        };
        Some(match rest {
            Rest::Part => &words.part,
            Rest::All => &words.all,
        })
    }

    /// What is said when a person of this queue should take over, and where one is reached.
    pub(crate) fn handoff(&self, queue: &str) -> Option<(&str, Fact)> {
        let words = self.handoff.queue.get(queue)?;
        Some((&words.say, Fact { text: words.contact.clone(), source: self.handoff.source.clone() }))
    }
}

impl Toned {
    fn in_tone(&self, tone: Tone) -> &str {
        match tone {
            Tone::Friendly => &self.friendly,
            Tone::Professional => &self.professional,
            Tone::Concise => &self.concise,
        }
    }
}

/// Fills the values in. The templates were tried when the phrases were read, so a failure cannot come from them.
fn render(template: &str, values: Value) -> String {
    Environment::new().render_str(template, values).unwrap_or_default()
}

#[cfg(test)]
mod tests;
