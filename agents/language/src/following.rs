//! Sees when a message is short and leans on what was said before.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

const TABLE: &str = include_str!("../data/following.toml");

/// A message of more words than this says itself what it is about.
const LONGEST_FOLLOW_UP: usize = 7;
/// An answer of more words than this says something of its own, too.
const LONGEST_ANSWER: usize = 4;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    openers: Vec<String>,
    leaning: HashSet<String>,
    answers: Vec<String>,
}

fn table() -> &'static Table {
    // The table is part of the program, and a test reads it: the empty one is never met.
    static READ: LazyLock<Table> = LazyLock::new(|| toml::from_str(TABLE).unwrap_or_default());
    &READ
}

/// Whether a message goes on with the last matter, such as "and the rear?" or "how do I reset it".
pub fn follows_up(text: &str) -> bool {
    let said = words(text);
    said.len() <= LONGEST_FOLLOW_UP
        && (opens(&said, &table().openers) || said.iter().any(|word| table().leaning.contains(word)))
}

/// Whether a message only answers what the customer was asked, such as "yes please" or "the second".
pub fn answers(text: &str) -> bool {
    let said = words(text);
    said.len() <= LONGEST_ANSWER && opens(&said, &table().answers)
}

fn words(text: &str) -> Vec<String> {
    let runs = text.split(|sign: char| !sign.is_alphanumeric()).filter(|run| !run.is_empty());
    runs.map(str::to_lowercase).collect()
}

fn opens(said: &[String], openers: &[String]) -> bool {
    let line = said.join(" ");
    openers.iter().any(|opener| line.strip_prefix(opener).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        assert!(toml::from_str::<Table>(TABLE).is_ok_and(|table| table.openers.len() > 10));
    }

    #[test]
    fn knows_a_follow_up_when_it_sees_one() {
        for (text, follows) in [
            ("and for the rear?", true),
            ("What about in winter?", true),
            ("Why?", true),
            ("how do I reset it", true),
            ("What is the tyre pressure?", false),
            ("andrea has lost a key", false),
            ("And my brakes squeal every morning when I reverse out of the garage", false),
        ] {
            assert_eq!(follows_up(text), follows, "{text}");
        }
    }

    #[test]
    fn an_answer_is_short() {
        for text in ["Yes!", "no, thank you", "the second", "OK"] {
            assert!(answers(text), "{text}");
        }
        for text in ["", "north of Leeds", "Yes but my brakes have failed", "Which one?"] {
            assert!(!answers(text), "{text}");
        }
    }
}
