//! Cuts a message into words that know their place, their sentence and clause, and whether they were shouted.

mod cutter;

use std::collections::HashMap;

use cutter::Cutter;
use serde::Deserialize;

/// One word, emoji or emoticon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// Lower case; contractions are taken apart ("don't" gives "do" and "not").
    pub(crate) word: String,
    /// Byte offsets in the message.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) sentence: usize,
    pub(crate) clause: usize,
    /// Written in capitals.
    pub(crate) capitals: bool,
    /// A letter was held ("sooo").
    pub(crate) stretched: bool,
}

/// A message cut into words.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) tokens: Vec<Token>,
    /// For each sentence: whether it ends with a question mark.
    pub(crate) asked: Vec<bool>,
    pub(crate) exclamations: usize,
    pub(crate) questions: usize,
    /// Several question marks in a row.
    pub(crate) impatient: bool,
}

impl Reading {
    /// Capitals only say something where not everything is in capitals.
    pub(crate) fn mixes_case(&self) -> bool {
        let is_word = |token: &&Token| token.word.chars().any(char::is_alphabetic);
        self.tokens.iter().filter(is_word).any(|token| !token.capitals)
            && self.tokens.iter().any(|token| token.capitals)
    }
}

/// How English joins words, and which signs draw faces; read from the grammar and lexicon tables.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Tokenizer {
    /// Whole words: "dont" → "do not".
    #[serde(default)]
    contractions: HashMap<String, String>,
    /// Ends of words after an apostrophe: "'re" → "are".
    #[serde(default)]
    endings: HashMap<String, String>,
    /// Emoticons, such as ":-)".
    #[serde(skip)]
    pub(crate) emoticons: Vec<String>,
}

impl Tokenizer {
    /// Cuts a message. Linear in its length.
    pub(crate) fn read(&self, text: &str) -> Reading {
        Cutter::new(self, text).cut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let tokenizer: Tokenizer = toml::from_str(
            "[contractions]\ndont = \"do not\"\n\"won't\" = \"will not\"\n[endings]\n\"n't\" = \"not\"\n\"'re\" = \"are\"",
        )
        .unwrap();
        let tokenizer = Tokenizer { emoticons: vec![":-)".into(), ":)".into()], ..tokenizer };
        tokenizer.read(text).tokens.into_iter().map(|token| token.word).collect()
    }

    #[test]
    fn words_are_cut_as_spoken() {
        let cases: [(&str, &[&str]); 8] = [
            ("It won't start, you’re late", &["it", "will", "not", "start", "you", "are", "late"]),
            ("dont, doesn't", &["do", "not", "does", "not"]),
            ("rip-off of 1,200.50 pounds", &["rip", "off", "of", "1,200.50", "pounds"]),
            ("sooo good :-) 😡👍🏽", &["soo", "good", ":-)", "😡", "👍"]),
            ("@veldra see https://example.com/x!? ok", &["see", "ok"]),
            ("", &[]),
            ("'' ’ '", &[]),
            ("o'clock", &["o'clock"]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn sentences_clauses_and_marks_are_counted() {
        let reading = Tokenizer::default().read("Great, ANOTHER fault... why?? Tell me!");
        let places: Vec<_> = reading.tokens.iter().map(|token| (token.sentence, token.clause)).collect();
        assert_eq!(places, [(0, 0), (0, 1), (0, 1), (0, 2), (1, 3), (1, 3)]);
        assert_eq!((reading.questions, reading.exclamations, reading.mixes_case()), (2, 1, true));
        assert_eq!(reading.asked, [true, false, false]);
    }
}
