//! How customers stop, start and ask for offers, and the sentences that answer: `data/wording.toml`.

use contract::{Error, ErrorKind, Result};
use serde::Deserialize;

/// The words.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wording {
    stop: Vec<String>,
    stop_alone: Vec<String>,
    start: Vec<String>,
    start_not: Vec<String>,
    asks: Vec<String>,
    pub(crate) caps: Caps,
    pub(crate) say: Say,
    pub(crate) rules: Rules,
}

/// How often may be shown in all campaigns together.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Caps {
    pub(crate) per_session: usize,
    pub(crate) per_day: usize,
    pub(crate) most_withheld: usize,
}

/// Sentences for customers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Say {
    pub(crate) reason: String,
    pub(crate) stopped: String,
    pub(crate) stopped_before: String,
    pub(crate) start: String,
    pub(crate) started: String,
    pub(crate) started_before: String,
    pub(crate) none: String,
    pub(crate) no_consent: String,
    pub(crate) visitor: String,
}

/// Rules in words for operators.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    pub(crate) no_consent: String,
    pub(crate) not_yet: String,
    pub(crate) over: String,
    pub(crate) often: String,
    pub(crate) session: String,
    pub(crate) day: String,
    pub(crate) lost: String,
    pub(crate) another: String,
}

/// What a customer says about offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// No more of them.
    Stop,
    /// They would like to see them.
    Start,
    /// Which are there?
    Asks,
    /// Nothing.
    Nothing,
}

impl Wording {
    /// The shipped words.
    pub(crate) fn shipped() -> Result<Self> {
        toml::from_str(include_str!("../data/wording.toml"))
            .map_err(|cause| Error::new(ErrorKind::Invalid, "wording.toml cannot be read").caused_by(cause))
    }

    /// What a message says about offers. A question whether or how they stop stops none.
    pub(crate) fn said(&self, text: &str) -> Said {
        let said = plain(text);
        let has = |list: &[String]| list.iter().any(|words| said.contains(&format!(" {words} ")));
        let question = text.trim_end().ends_with('?');
        let alone = self.stop_alone.iter().any(|words| said.trim() == words);
        if (alone || has(&self.stop)) && !question {
            Said::Stop
        } else if has(&self.start) && !has(&self.start_not) {
            Said::Start
        } else if has(&self.asks) {
            Said::Asks
        } else {
            Said::Nothing
        }
    }
}

/// Words in small letters with one blank around each, without punctuation: what the tables are written in.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '-')));
    let mut plain = String::from(" ");
    for word in words.filter(|word| word.chars().any(char::is_alphanumeric)) {
        plain.push_str(&word.trim_matches(['\'', '’', '-']).to_lowercase().replace('’', "'"));
        plain.push(' ');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopping_starting_and_asking_are_told_apart() {
        let wording = Wording::shipped().unwrap();
        for (text, expected) in [
            ("No more offers!", Said::Stop),
            ("Thanks, but please stop showing me offers.", Said::Stop),
            ("I don’t want any more offers", Said::Stop),
            ("don't send me offers", Said::Stop),
            ("No offers, thanks.", Said::Stop),
            ("There were no offers last year", Said::Nothing),
            ("How do I say no more offers?", Said::Nothing),
            ("Show me offers again.", Said::Start),
            ("Please do not show me your offers", Said::Nothing),
            ("Are there any special offers?", Said::Asks),
            ("What does the recall offer?", Said::Nothing),
            ("", Said::Nothing),
        ] {
            assert_eq!(wording.said(text), expected, "{text}");
        }
    }
}
