//! What to say first when somebody may get hurt, from `data/safety.toml`.

use contract::finding::{Fact, Intent, Sentiment};
use contract::{Error, Result};
use serde::Deserialize;

/// Guidance for each danger.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Safety {
    /// What the guidance is cited as.
    source: String,
    /// What to say when the danger has no guidance of its own.
    otherwise: String,
    /// The dangers, most dangerous first.
    #[serde(rename = "danger")]
    dangers: Vec<Danger>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Danger {
    hazards: Vec<String>,
    #[serde(default)]
    intents: Vec<String>,
    say: String,
}

impl Safety {
    /// The guidance that ships with the product.
    ///
    /// # Errors
    /// `Invalid` when the file is broken.
    pub fn shipped() -> Result<Self> {
        toml::from_str(include_str!("../data/safety.toml")).map_err(|cause| {
            Error::invalid("safety.toml", cause.to_string()).hint("each danger has hazards, intents and say")
        })
    }

    /// Whether the hazard has guidance of its own.
    pub fn knows(&self, hazard: &str) -> bool {
        self.dangers.iter().any(|danger| danger.hazards.iter().any(|name| name == hazard))
    }

    /// What to do first. The most dangerous of the reported dangers speaks: one thing at a time.
    pub fn guidance(&self, intent: Option<&Intent>, sentiment: Option<&Sentiment>) -> Fact {
        let reported = |danger: &&Danger| {
            let told = |s: &Sentiment| {
                s.hazards.iter().chain(&s.earlier_hazards).any(|hazard| danger.hazards.contains(&hazard.name))
            };
            let by_words = sentiment.is_some_and(told);
            by_words || intent.is_some_and(|intent| danger.intents.contains(&intent.label))
        };
        let say = self.dangers.iter().find(reported).map_or(&self.otherwise, |danger| &danger.say);
        Fact { text: say.clone(), source: self.source.clone() }
    }
}

#[cfg(test)]
mod tests {
    use contract::finding::{Hazard, Polarity, Urgency};

    use super::*;

    fn words(hazards: &[&str]) -> Sentiment {
        let hazards = hazards.iter().map(|name| Hazard { name: (*name).into(), evidence: String::new() }).collect();
        Sentiment {
            polarity: Polarity::Neutral,
            score: 0.0,
            intensity: 0.0,
            urgency: Urgency::Emergency,
            hazards,
            earlier_hazards: Vec::new(),
        }
    }

    #[test]
    fn the_most_dangerous_speaks_first() {
        let safety = Safety::shipped().unwrap();
        let fire = safety.guidance(None, Some(&words(&["fire"])));
        assert_eq!(safety.guidance(None, Some(&words(&["crash", "fire"]))), fire);
        assert!(fire.text.contains("30 m"), "{fire:?}");
    }

    #[test]
    fn an_unknown_danger_still_gets_guidance() {
        let safety = Safety::shipped().unwrap();
        assert!(!safety.knows("meteorite"));
        assert!(safety.guidance(None, Some(&words(&["meteorite"]))).text.contains("112"));
        assert!(safety.guidance(None, None).text.contains("112"));
    }
}
