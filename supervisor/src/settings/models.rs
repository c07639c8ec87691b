//! The settings of the language models: which are asked, when, how long they may take, and what they may cost.

use std::path::PathBuf;
use std::time::Duration;

use contract::{Error, ErrorKind, When};
use models::openai::Secret;

use super::read::Reader;

/// Schemes of the adapters of language models.
const SCHEMES: [&str; 3] = ["offline", "bedrock", "openai"];

/// Which models are asked, and within which bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRules {
    /// URIs of the models of the fast tier, in order of failover.
    pub fast: Vec<String>,
    /// URIs of the models of the capable tier.
    pub capable: Vec<String>,
    /// URIs of the models that help to understand a turn.
    pub analysis: Vec<String>,
    /// When a model writes the reply, instead of the built-in answerer.
    pub reply: When,
    /// When a model is asked what a customer wants.
    pub intent: When,
    /// When a model is asked how a customer feels.
    pub sentiment: When,
    /// How long a second opinion is waited for.
    pub opinion: Duration,
    /// How often one call is tried again.
    pub retries: u32,
    /// How long a model may take until its first words.
    pub first_word: Duration,
    /// How long a model may be silent once it speaks.
    pub stall: Duration,
    /// When a second request is sent after the first, if at all.
    pub hedge_after: Option<Duration>,
    /// For at most so many of a hundred calls.
    pub hedge_percent: u32,
    /// What models may cost.
    pub caps: Caps,
    /// URI of the accounts of what they cost.
    pub ledger: String,
    /// Whether two sets of models are compared.
    pub experiment: Option<Experiment>,
    /// Where models are asked by the protocol of OpenAI.
    pub openai: OpenAiRules,
}

impl ModelRules {
    /// Every URI that names a model.
    pub fn uris(&self) -> impl Iterator<Item = &String> {
        let tried = self.experiment.iter().flat_map(|experiment| experiment.fast.iter().chain(&experiment.capable));
        self.fast.iter().chain(&self.capable).chain(&self.analysis).chain(tried)
    }
}

/// What models may cost, in millionths of a US dollar. `None`: no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    /// In one turn.
    pub turn: Option<u64>,
    /// In one session.
    pub session: Option<u64>,
    /// On one day (UTC), all sessions together.
    pub day: Option<u64>,
}

/// A comparison of two sets of models on live turns.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// What it is called in records and metrics.
    pub name: String,
    /// How many of a hundred sessions are treated.
    pub percent: u32,
    /// URIs of the models of the fast tier for treated sessions.
    pub fast: Vec<String>,
    /// URIs of the models of the capable tier for treated sessions.
    pub capable: Vec<String>,
}

/// Where models are asked by the protocol of OpenAI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAiRules {
    /// Address of the API, with its version.
    pub url: String,
    /// Where the key is found, if one is needed.
    pub key: Option<Key>,
}

/// A key, which itself is never a setting: settings are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// What a variable of the environment said.
    Given(Secret),
    /// It stands in this file.
    File(PathBuf),
}

impl Key {
    /// The key itself.
    ///
    /// # Errors
    /// `Unavailable` when its file cannot be read; `setting` is named.
    pub(crate) fn read(&self, setting: &str) -> contract::Result<Secret> {
        let path = match self {
            Self::Given(key) => return Ok(key.clone()),
            Self::File(path) => path,
        };
        let unread = |cause| {
            Error::new(ErrorKind::Unavailable, format!("cannot read the key of {setting} in {}", path.display()))
                .hint("name a file that this process may read")
                .caused_by(cause)
        };
        std::fs::read_to_string(path).map(|text| Secret::new(&text)).map_err(unread)
    }
}

impl Reader {
    pub(super) fn models(&mut self) -> Option<ModelRules> {
        let fast = self.uris("model.fast", &SCHEMES);
        let capable = self.uris("model.capable", &SCHEMES);
        let analysis = self.optional("model.analysis").map(|_| self.uris("model.analysis", &SCHEMES));
        let when = [("never", When::Never), ("unsure", When::Unsure), ("always", When::Always)];
        let reply = self.one_of("reply.ask_model", &when[1..]);
        let intent = self.one_of("intent.ask_model", &when);
        let sentiment = self.one_of("sentiment.ask_model", &when);
        let opinion = self.within("model.opinion_ms", 100..=25_000).map(Duration::from_millis);
        let retries = self.within("model.retries", 0..=3);
        let first_word = self.within("model.first_word_ms", 100..=25_000).map(Duration::from_millis);
        let stall = self.within("model.stall_ms", 100..=25_000).map(Duration::from_millis);
        let hedge = self.optional("model.hedge_after_ms").map(|_| self.within("model.hedge_after_ms", 10..=25_000));
        let hedge_percent = self.within("model.hedge_percent", 1..=100);
        let (caps, experiment, openai) = (self.caps(), self.experiment(), self.openai());
        let ledger = self.uri("budget.store", &["memory", "sqlite", "dynamodb"]);
        Some(ModelRules {
            analysis: analysis.unwrap_or_else(|| fast.clone())?,
            fast: fast?,
            capable: capable?,
            reply: reply?,
            intent: intent?,
            sentiment: sentiment?,
            opinion: opinion?,
            retries: retries?,
            first_word: first_word?,
            stall: stall?,
            hedge_after: hedge.map_or(Some(None), |wait| wait.map(|ms| Some(Duration::from_millis(ms))))?,
            hedge_percent: hedge_percent?,
            caps: caps?,
            ledger: ledger?,
            experiment: experiment?,
            openai: openai?,
        })
    }

    fn caps(&mut self) -> Option<Caps> {
        let turn = self.dollars("budget.turn_usd");
        let session = self.dollars("budget.session_usd");
        let day = self.dollars("budget.day_usd");
        Some(Caps { turn: turn?, session: session?, day: day? })
    }

    /// An amount in dollars as whole millionths; nothing when none is set.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    fn dollars(&mut self, key: &str) -> Option<Option<u64>> {
        if self.optional(key).is_none() {
            return Some(None);
        }
        self.within(key, 0.0..=1_000_000.0).map(|dollars: f64| Some((dollars * 1e6).round() as u64))
    }

    fn experiment(&mut self) -> Option<Option<Experiment>> {
        let Some(name) = self.optional("experiment.name") else { return Some(None) };
        if !name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-') || name.len() > 32 {
            self.problem("experiment.name", format!("{name:?}"), "up to 32 letters, digits and dashes");
            return None;
        }
        let percent = self.within("experiment.percent", 1..=99);
        let fast = self.uris("experiment.fast", &SCHEMES);
        let capable = self.optional("experiment.capable").map(|_| self.uris("experiment.capable", &SCHEMES));
        let capable = capable.unwrap_or_else(|| fast.clone());
        Some(Some(Experiment { name, percent: percent?, fast: fast?, capable: capable? }))
    }

    fn openai(&mut self) -> Option<OpenAiRules> {
        let url = self.filled("openai.url", "the address of an API, such as https://api.openai.com/v1")?;
        Some(OpenAiRules { url, key: self.key("openai.key")? })
    }

    /// The secret that a setting says where to find; nothing when it is not set.
    pub(super) fn key(&mut self, setting: &str) -> Option<Option<Key>> {
        let Some(place) = self.optional(setting) else { return Some(None) };
        let key = match place.split_once(':') {
            Some(("env", name)) => {
                let given = self.environment.iter().find(|(variable, value)| variable == name && !value.is_empty());
                given.map(|(_, value)| Key::Given(Secret::new(value)))
            }
            Some(("file", path)) if !path.is_empty() => Some(Key::File(path.into())),
            _ => None,
        };
        if key.is_none() {
            // What was found is not repeated: it may be the key.
            let expected = "env:NAME of a variable that is set, or file:PATH, never the key itself";
            self.problem(setting, "no key is found there".into(), expected);
        }
        key.map(Some)
    }

    /// What no setting of models can say alone.
    pub(super) fn check_models(&mut self, rules: &ModelRules) {
        let built_in = |uris: &[String]| uris.first().is_none_or(|uri| uri.starts_with("offline:"));
        let asked = [("intent.ask_model", rules.intent), ("sentiment.ask_model", rules.sentiment)];
        for (key, _) in asked.into_iter().filter(|(_, when)| *when != When::Never && built_in(&rules.analysis)) {
            let expected =
                "a model of a vendor in model.analysis or model.fast: the built-in answerer cannot be asked that";
            self.problem(key, "there is no model to ask".into(), expected);
        }
        for (key, uris) in [("model.fast", &rules.fast), ("model.capable", &rules.capable)] {
            if uris.iter().rev().skip(1).any(|uri| uri.starts_with("offline:")) {
                self.problem(
                    key,
                    "models behind offline://, which always answers".into(),
                    "offline:// at the end, if at all",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Settings, Sources};

    #[test]
    fn amounts_are_whole_millionths() {
        let settings = Settings::of_flags(&[("budget.turn_usd", "0.002"), ("budget.day_usd", "25")]).unwrap();
        assert_eq!(settings.models.caps, Caps { turn: Some(2_000), session: None, day: Some(25_000_000) });
        assert!(Settings::of_flags(&[("budget.turn_usd", "-1")]).unwrap_err().contains("from 0 to"));
        assert!(Settings::of_flags(&[("budget.turn_usd", "NaN")]).is_err());
    }

    #[test]
    fn the_analysis_asks_the_fast_models_unless_it_has_its_own() {
        let settings = Settings::of_flags(&[("model.fast", "openai://gpt-5.4-nano")]).unwrap();
        assert_eq!(settings.models.analysis, ["openai://gpt-5.4-nano"]);
        let settings = Settings::of_flags(&[("model.analysis", "openai://gpt-5.4-nano")]).unwrap();
        assert_eq!((settings.models.fast, settings.models.analysis.len()), (vec!["offline://".to_owned()], 1));
    }

    #[test]
    fn a_key_is_never_a_setting_and_never_printed() {
        let refused = Settings::of_flags(&[("openai.key", "sk-secret")]).unwrap_err();
        assert!(!refused.contains("sk-secret") && refused.contains("file:PATH"), "{refused}");
        let settings = Settings::of_flags(&[("openai.key", "file:/run/key")]).unwrap();
        assert_eq!(settings.models.openai.key, Some(Key::File("/run/key".into())));
        let sources = Sources {
            flags: vec![("openai.key".into(), "env:THEIR_KEY".into())],
            environment: vec![("THEIR_KEY".into(), "sk-secret".into())],
            file: None,
        };
        let key = Settings::resolve(&sources).unwrap().models.openai.key;
        assert_eq!(key, Some(Key::Given(Secret::new("sk-secret"))));
        assert!(!format!("{key:?}").contains("sk-secret"));
        assert!(Settings::of_flags(&[("openai.key", "env:NOT_SET")]).unwrap_err().contains("that is set"));
    }

    #[test]
    fn who_asks_a_model_has_one_and_nothing_stands_behind_the_built_in_answerer() {
        assert!(Settings::of_flags(&[("intent.ask_model", "unsure")]).unwrap_err().contains("no model to ask"));
        let behind = [("model.fast", "offline://,openai://gpt-5.4-nano")];
        assert!(Settings::of_flags(&behind).unwrap_err().contains("offline:// at the end"));
    }

    #[test]
    fn an_experiment_has_a_name_a_share_and_models() {
        let flags = [("experiment.name", "haiku"), ("experiment.percent", "20"), ("experiment.fast", "openai://x")];
        let experiment = Settings::of_flags(&flags).unwrap().models.experiment.unwrap();
        assert_eq!((experiment.percent, experiment.capable), (20, vec!["openai://x".to_owned()]));
        assert!(Settings::of_flags(&flags[..2]).unwrap_err().contains("experiment.fast"));
    }
}
