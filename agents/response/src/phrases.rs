//! The words of the house that need no model, from `data/phrases.toml`.

use std::collections::BTreeMap;

use contract::finding::Fact;
use contract::{Error, Result, Tone};
use minijinja::{Environment, context};
use serde::Deserialize;

use crate::listening::{Listener, Rest};

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
    ///
    /// # Errors
    /// `Invalid` when the file is broken or a template in it does not render.
    pub(crate) fn shipped() -> Result<Self> {
        let phrases: Self = toml::from_str(include_str!("../data/phrases.toml"))
            .map_err(|cause| Error::invalid("phrases.toml", cause.to_string()))?;
        let templates = phrases.scripted.values().chain([&phrases.apology]);
        for text in templates.flat_map(|toned| [&toned.friendly, &toned.professional, &toned.concise]) {
            Environment::new().render_str(text, context! { name => "" }).map_err(|cause| {
                Error::invalid("phrases.toml", cause.to_string()).hint(format!("in the text {text:?}"))
            })?;
        }
        Ok(phrases)
    }

    /// How a model is told to sound.
    pub(crate) fn tone(&self, tone: Tone) -> &str {
        self.tones.in_tone(tone)
    }

    pub(crate) fn apology(&self, tone: Tone, name: &str) -> String {
        render(self.apology.in_tone(tone), name)
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
        self.scripted.get(intent).map(|toned| render(toned.in_tone(tone), name))
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

/// Fills the name in. The templates were tried when the phrases were read, so a failure cannot come from them.
fn render(template: &str, name: &str) -> String {
    Environment::new().render_str(template, context! { name }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use language::sentences::sentences;

    use super::*;
    use crate::listening::{WORDS_FOR_THE_REST, spoken_words};

    #[test]
    fn fills_in_the_name_or_does_without() {
        let phrases = Phrases::shipped().unwrap();
        assert!(phrases.apology(Tone::Friendly, "Ada").contains("Ada"));
        for tone in [Tone::Friendly, Tone::Professional, Tone::Concise] {
            let text = phrases.scripted("greeting", tone, "").unwrap();
            assert!(!text.contains('{') && !text.contains(" ,") && !text.contains(" !"), "{text}");
        }
    }

    #[test]
    fn a_name_is_data_not_a_template() {
        let text = Phrases::shipped().unwrap().apology(Tone::Friendly, "{{ 1 + 1 }}");
        assert!(text.contains("{{ 1 + 1 }}"), "{text}");
    }

    #[test]
    fn what_is_left_out_is_said_in_one_short_sentence() {
        let phrases = Phrases::shipped().unwrap();
        for (listener, rest) in
            [Listener::Driver, Listener::Parked].into_iter().flat_map(|who| [(who, Rest::Part), (who, Rest::All)])
        {
            let words = phrases.left_out(listener, rest).unwrap();
            assert!(spoken_words(words) <= WORDS_FOR_THE_REST, "{words}");
            assert_eq!(sentences(words).len(), 1, "{words}");
        }
        assert_eq!(phrases.left_out(Listener::Reader, Rest::Part), None);
    }

    #[test]
    fn only_scripted_intents_have_a_script() {
        let phrases = Phrases::shipped().unwrap();
        assert!(phrases.scripted("tyre_pressure", Tone::Concise, "").is_none());
        assert!(phrases.missing("knowledge").is_some() && phrases.missing("intent").is_none());
    }
}
