//! The routing table: ordered rules, read from `data/routes.toml`.

use contract::finding::{Polarity, Target, Tier, Urgency};
use contract::{Channel, Consent, Error, Result, Tone};
use serde::Deserialize;

/// Ordered rules; the first that holds decides.
#[derive(Debug, Clone)]
pub struct Table {
    /// Probability from which an intent counts as known.
    pub sure_from: f32,
    /// Probability from which a dangerous intent counts although the words themselves were found harmless.
    pub danger_from: f32,
    /// Intents of messages that go on from the one before: they do not end a danger that it reported.
    pub goes_on: Vec<String>,
    /// Circumstances that need the capable model, whatever the rule says.
    pub capable: Vec<Circumstance>,
    /// The rules with conditions, in their order.
    pub rules: Vec<Rule>,
    /// The last rule, which has none: it decides whatever the others leave.
    pub otherwise: Rule,
}

/// The shape of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sure_from: f32,
    danger_from: f32,
    goes_on: Vec<String>,
    #[serde(default)]
    capable: Vec<Circumstance>,
    #[serde(rename = "rule")]
    rules: Vec<Rule>,
}

/// One row: conditions and a decision.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Unique name, shown in the why view.
    pub name: String,
    /// Why this rule exists, in words for the operator.
    pub reason: String,
    /// What must hold; empty: always.
    #[serde(default)]
    pub when: Conditions,
    /// Who answers.
    pub target: Target,
    /// The queue of people that the matter belongs to.
    pub queue: String,
    /// How to sound, unless the customer chose.
    pub tone: Tone,
    /// How capable a model is needed.
    pub tier: Tier,
    /// Action agents that are not asked although the intent names them.
    #[serde(default)]
    pub without: Vec<String>,
}

/// A circumstance in which the capable model writes, although the rule would have been content with the fast one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circumstance {
    /// Unique name, shown in the why view.
    pub name: String,
    /// Why it needs the capable model, in words for the operator.
    pub reason: String,
    /// What must hold.
    pub when: Conditions,
}

/// What must hold for a rule. Every condition that is present must hold.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conditions {
    /// The sure intent is one of these.
    pub intents: Option<Vec<String>>,
    /// The matter is at least this urgent.
    pub urgency: Option<Urgency>,
    /// The feeling goes this way.
    pub polarity: Option<Polarity>,
    /// The feeling is at least this strong.
    pub intensity_from: Option<f32>,
    /// The intent is at least this sure.
    pub confidence_from: Option<f32>,
    /// The intent is less sure than this, or unknown.
    pub confidence_below: Option<f32>,
    /// The customer is known, or is not.
    pub signed_in: Option<bool>,
    /// The customer speaks from here.
    pub channel: Option<Channel>,
    /// The customer's language is none of these, by the first part of its BCP 47 tag.
    pub languages_not: Option<Vec<String>>,
    /// The customer said at least so many words.
    pub words_from: Option<usize>,
    /// A person holds the conversation, or nobody does.
    pub held: Option<bool>,
    /// The customer answers what was proposed in one of these ways.
    pub answers: Option<Vec<Consent>>,
}

impl Table {
    /// The table that ships with the product.
    ///
    /// # Errors
    /// As [`Table::parse`].
    pub fn shipped() -> Result<Self> {
        Self::parse(include_str!("../data/routes.toml"))
    }

    /// Reads a table from TOML.
    ///
    /// # Errors
    /// `Invalid` when a field is missing, unknown or of the wrong kind, when two rules share a name, or when the last rule
    /// has conditions (some turn would then have no route).
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |message: String| Error::invalid("routes.toml", message);
        let File { sure_from, danger_from, goes_on, capable, mut rules } = toml::from_str(text).map_err(|cause| {
            wrong(cause.to_string()).hint("the comment at the top of the file lists the fields of a rule")
        })?;
        for (index, rule) in rules.iter().enumerate() {
            if rules[..index].iter().any(|earlier| earlier.name == rule.name) {
                return Err(wrong(format!("two rules are called {:?}", rule.name)));
            }
        }
        let otherwise = rules.pop().ok_or_else(|| wrong("there is no rule".into()))?;
        if otherwise.when != Conditions::default() {
            return Err(wrong(format!("the last rule, {:?}, has conditions", otherwise.name))
                .hint("end with a rule without `when`, so that every turn has a route"));
        }
        if let Some(always) = capable.iter().find(|circumstance| circumstance.when == Conditions::default()) {
            return Err(wrong(format!("the circumstance {:?} has no conditions", always.name))
                .hint("for the capable model in every turn, name it in model.fast"));
        }
        Ok(Self { sure_from, danger_from, goes_on, capable, rules, otherwise })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_with_a_table() {
        let rule = "[[rule]]\nname='a'\nreason='r'\ntarget='human'\nqueue='q'\ntone='concise'\ntier='fast'\n";
        let cases = [
            ("sure_from = 0.5\ndanger_from = 0.9\ngoes_on = []\nrule = []", "there is no rule"),
            (&format!("sure_from = 0.5\ndanger_from = 0.9\ngoes_on = []\n{rule}colour = 'red'"), "colour"),
            (
                &format!("sure_from = 0.5\ndanger_from = 0.9\ngoes_on = []\n{rule}when = {{ urgency = 'urgent' }}"),
                "has conditions",
            ),
            (&format!("sure_from = 0.5\ndanger_from = 0.9\ngoes_on = []\n{rule}{rule}"), "two rules"),
            (
                &format!(
                    "sure_from = 0.5\ndanger_from = 0.9\ngoes_on = []\n{rule}[[capable]]\nname='b'\nreason='r'\nwhen={{}}"
                ),
                "no conditions",
            ),
            (&format!("sure_from = 0.5\ndanger_from = 0.9\ngoes_on = []\n{}", rule.replace("human", "robot")), "robot"),
        ];
        for (text, expected) in cases {
            let error = Table::parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{expected}: {error}");
        }
    }
}
