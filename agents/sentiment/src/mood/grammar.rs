//! The words that change the weight of others: negators, degree words, contrast, and the faults that are facts.

use serde::Deserialize;

use crate::{
    patterns::WordList,
    tables::{self, TableError, Tables},
    tokens::{Reading, Token},
};

/// `data/grammar.toml` as written; each value is a list of words separated by blanks.
#[derive(Debug, Deserialize)]
struct Words {
    negators: String,
    not_negating: String,
    boosters: String,
    dampers: String,
    contrast: String,
    asking: String,
    trade: String,
    faults: String,
    praise: String,
    sarcasm_cues: String,
    relief: String,
}

/// What a word does to the words around it.
#[derive(Debug, Default)]
pub(super) struct Grammar {
    pub(super) negators: WordList<()>,
    /// "not only", "never so": words that take the sting out of the negator before them.
    pub(super) not_negating: WordList<()>,
    pub(super) boosters: WordList<()>,
    pub(super) dampers: WordList<()>,
    pub(super) contrast: WordList<()>,
    /// First words of a sentence that asks.
    pub(super) asking: WordList<()>,
    /// Nouns of our trade: where one is named, a fault word reports a fact.
    trade: WordList<()>,
    /// Words that name a fault; a judgement elsewhere ("the film failed"), a fact about a car.
    faults: WordList<()>,
    /// Praise that opens a sarcastic sentence ("great, another breakdown").
    pub(super) praise: WordList<()>,
    /// Words of repetition or disbelief that turn such praise ("another", "again", "even").
    pub(super) sarcasm_cues: WordList<()>,
    /// Words of a solved matter, which make the praise sincere.
    pub(super) relief: WordList<()>,
}

impl Grammar {
    pub(super) fn new(tables: &Tables<'_>) -> Result<Self, TableError> {
        let words: Words = tables::parse("grammar", tables.grammar)?;
        Ok(Self {
            negators: list(&words.negators),
            not_negating: list(&words.not_negating),
            boosters: list(&words.boosters),
            dampers: list(&words.dampers),
            contrast: list(&words.contrast),
            asking: list(&words.asking),
            trade: list(&words.trade),
            faults: list(&words.faults),
            praise: list(&words.praise),
            sarcasm_cues: list(&words.sarcasm_cues),
            relief: list(&words.relief),
        })
    }

    /// Whether the message is about a car, a device, an order or an appointment.
    pub(super) fn names_our_trade(&self, reading: &Reading) -> bool {
        reading.tokens.iter().any(|token| self.trade.get(token).is_some())
    }

    /// Whether the word names a fault.
    pub(super) fn is_fault(&self, token: &Token) -> bool {
        self.faults.get(token).is_some()
    }
}

fn list(words: &str) -> WordList<()> {
    let mut list = WordList::default();
    for word in words.split_whitespace() {
        list.insert(word, ());
    }
    list
}
