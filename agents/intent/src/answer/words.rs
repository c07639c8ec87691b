//! Marks each word of an answer: it agrees, refuses, hesitates, names a value, is the proposal's own, or is unknown.

use std::collections::{HashMap, HashSet};

use contract::{Error, Result};
use serde::Deserialize;

use super::said::{Said, is_number, words};

/// What a phrase is to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    /// Plainly agrees.
    Yes,
    /// Agrees when nothing else is said.
    Assent,
    /// Agrees with a value that the proposal names.
    Suits,
    /// Tells to go ahead.
    Go,
    /// Plainly refuses.
    No,
    /// Turns what follows into its contrary.
    Not,
    /// Leaves the answer open.
    Doubt,
    /// Wants it otherwise.
    Change,
    /// Belongs to how a wish is put.
    Wish,
    /// A time or a number that the proposal names too.
    Named,
    /// A time or a number that the proposal does not name.
    Value,
    /// A word of the proposal.
    Known,
    /// Says nothing of its own.
    Courtesy,
    /// Anything else.
    Unknown,
}

/// The file `words/answers.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    yes: Vec<String>,
    assent: Vec<String>,
    suits: Vec<String>,
    go: Vec<String>,
    no: Vec<String>,
    not: Vec<String>,
    doubt: Vec<String>,
    change: Vec<String>,
    wish: Vec<String>,
    value: Vec<String>,
    opener: Vec<String>,
    courtesy: Vec<String>,
    asking: Vec<String>,
    thing: Vec<String>,
    link: HashSet<String>,
    contraries: Vec<[String; 2]>,
    numbers: HashMap<String, String>,
    verbs: HashMap<String, Vec<String>>,
}

/// The words of answers.
pub(crate) struct Lexicon {
    phrases: HashMap<String, Mark>,
    longest: usize,
    openers: Vec<String>,
    asking: Vec<String>,
    things: Vec<String>,
    link: HashSet<String>,
    contraries: Vec<[String; 2]>,
    numbers: HashMap<String, String>,
    verbs: HashMap<String, Vec<String>>,
}

/// A message, word by word.
pub(crate) struct Marked {
    /// The phrases in their order, each with its words.
    pub(crate) phrases: Vec<(Mark, String)>,
    /// Whether it asks, with or without the sign.
    pub(crate) asks: bool,
    /// Whether it opens as a wish for a place or a value does.
    pub(crate) opens_a_wish: bool,
    /// Whether it begins with what the proposal tells to do.
    pub(crate) repeats: bool,
}

impl Marked {
    pub(crate) fn count(&self, mark: Mark) -> usize {
        self.phrases.iter().filter(|(found, _)| *found == mark).count()
    }

    pub(crate) fn has(&self, mark: Mark) -> bool {
        self.count(mark) > 0
    }

    /// The first phrase that says something.
    pub(crate) fn first(&self) -> Option<Mark> {
        self.phrases.iter().map(|(mark, _)| *mark).find(|mark| *mark != Mark::Courtesy)
    }
}

impl Lexicon {
    /// The words that ship with the product.
    ///
    /// # Errors
    /// `Invalid` when the file is broken.
    pub(crate) fn shipped() -> Result<Self> {
        let file: File = toml::from_str(include_str!("../../words/answers.toml"))
            .map_err(|cause| Error::invalid("agents/intent/words/answers.toml", cause.to_string()))?;
        let lists = [
            (file.yes, Mark::Yes),
            (file.assent, Mark::Assent),
            (file.suits, Mark::Suits),
            (file.go, Mark::Go),
            (file.no, Mark::No),
            (file.not, Mark::Not),
            (file.doubt, Mark::Doubt),
            (file.change, Mark::Change),
            (file.wish, Mark::Wish),
            (file.value, Mark::Value),
            (file.courtesy, Mark::Courtesy),
        ];
        let phrases: HashMap<String, Mark> =
            lists.into_iter().flat_map(|(list, mark)| list.into_iter().map(move |phrase| (phrase, mark))).collect();
        let longest = phrases.keys().map(|phrase| phrase.split(' ').count()).max().unwrap_or(1);
        let File { opener, asking, thing, link, contraries, numbers, verbs, .. } = file;
        Ok(Self { phrases, longest, openers: opener, asking, things: thing, link, contraries, numbers, verbs })
    }

    /// Every phrase of a list.
    #[cfg(test)]
    pub(crate) fn phrases_of(&self, mark: Mark) -> impl Iterator<Item = &String> {
        self.phrases.iter().filter(move |(_, found)| **found == mark).map(|(phrase, _)| phrase)
    }

    /// Marks the words of `text`, an answer to what was `said`.
    pub(crate) fn mark(&self, text: &str, said: &Said) -> Marked {
        let words = words(text);
        let mut phrases: Vec<(Mark, String)> = Vec::new();
        let mut at = 0;
        let opener = self.opener(&words);
        if let Some(opener) = opener.filter(|opener| opener.contains(' ')) {
            phrases.push((Mark::Wish, opener.into()));
            at = opener.split(' ').count();
        }
        while at < words.len() {
            let (length, mark) = self.longest_at(&words[at..], phrases.last(), said).unwrap_or_else(|| {
                let before = at.checked_sub(1).and_then(|index| words.get(index)).map(String::as_str);
                (1, self.single(&words[at], before, words.get(at + 1).map(String::as_str), phrases.last(), said))
            });
            let phrase = words[at..at + length].join(" ");
            // What is not to be done is no leave to do it.
            let negated = mark == Mark::Go
                && phrases.iter().rev().find(|(m, _)| *m != Mark::Courtesy).is_some_and(|(m, _)| *m == Mark::Not);
            phrases.push((if negated { Mark::Courtesy } else { mark }, phrase));
            at += length;
        }
        let repeats = self.repeats(&phrases, said);
        let agrees = |mark: &Mark| matches!(mark, Mark::Yes | Mark::Assent | Mark::Suits | Mark::Go);
        let inverted = words.first().is_some_and(|first| self.asking.contains(first));
        let asks = text.contains('?') || inverted && !phrases.first().is_some_and(|(mark, _)| agrees(mark));
        let opens_a_wish = opener.is_some();
        Marked { phrases, asks, opens_a_wish, repeats }
    }

    /// What opens a wish, when the words begin so.
    fn opener(&self, words: &[String]) -> Option<&str> {
        let line = words.join(" ");
        let begins = |opener: &&String| {
            line.strip_prefix(opener.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        self.openers.iter().filter(begins).max_by_key(|opener| opener.len()).map(String::as_str)
    }

    /// The longest phrase of several words that the words begin with.
    fn longest_at(&self, words: &[String], last: Option<&(Mark, String)>, said: &Said) -> Option<(usize, Mark)> {
        let (length, mark) = (2..=self.longest.min(words.len()))
            .rev()
            .find_map(|length| Some((length, *self.phrases.get(&words[..length].join(" "))?)))?;
        // "Cancel it" refuses a booking. Said of a cancellation it may mean either, unless "yes" or "don't" stands before it.
        let ambiguous = mark == Mark::No && said.verbs().any(|verb| *verb == words[0]);
        let mark = match last {
            _ if !ambiguous => mark,
            Some((Mark::Yes | Mark::Not, _)) => Mark::Known,
            // "No, cancel it" contradicts itself.
            Some((Mark::No, _)) => Mark::Go,
            _ => Mark::Doubt,
        };
        Some((length, mark))
    }

    fn single(
        &self,
        word: &str,
        before: Option<&str>,
        after: Option<&str>,
        last: Option<&(Mark, String)>,
        said: &Said,
    ) -> Mark {
        let (word, before, after) =
            (self.digits(word), before.map(|word| self.digits(word)), after.map(|word| self.digits(word)));
        let behind_a_number = before.is_some_and(is_number);
        let last = last.map(|(mark, _)| *mark);
        if is_number(word) {
            return if said.names(word, before, after) { Mark::Named } else { Mark::Value };
        }
        if matches!(word, "am" | "pm" | "oclock") {
            return match (behind_a_number, last) {
                (false, _) => Mark::Unknown,
                (true, Some(Mark::Named)) if word != "pm" || said.has("pm") => Mark::Named,
                (true, _) => Mark::Value,
            };
        }
        if self.link.contains(word) {
            let contrary = self.contraries.iter().find(|pair| pair.iter().any(|one| one == word));
            let both = contrary.is_some_and(|pair| pair.iter().all(|one| said.has(one)));
            let leads_to_a_value = after
                .is_some_and(|next| said.has(next) || is_number(next) || self.phrases.get(next) == Some(&Mark::Value));
            return if said.has(word) && !both || leads_to_a_value { Mark::Courtesy } else { Mark::Unknown };
        }
        match (self.phrases.get(word), said.has(word) || self.is_verb(word, said)) {
            (Some(Mark::Value), true) => Mark::Named,
            (Some(Mark::No | Mark::Change) | None, true) => Mark::Known,
            (Some(mark), _) => *mark,
            (None, false) if self.things.iter().any(|thing| thing == word) => Mark::Known,
            (None, false) => Mark::Unknown,
        }
    }

    /// A number in digits; any other word as it is.
    fn digits<'a>(&'a self, word: &'a str) -> &'a str {
        self.numbers.get(word).map_or(word, String::as_str)
    }

    /// Whether a word tells to do what a proposal tells to do.
    fn is_verb(&self, word: &str, said: &Said) -> bool {
        said.verbs()
            .any(|verb| verb == word || self.verbs.get(verb).is_some_and(|same| same.iter().any(|one| one == word)))
    }

    /// Whether the first word that says something is the proposal's verb, and one follows that says of what: "book it".
    fn repeats(&self, phrases: &[(Mark, String)], said: &Said) -> bool {
        let opening = |mark: Mark| matches!(mark, Mark::Courtesy | Mark::Yes | Mark::Assent);
        let mut rest = phrases.iter().skip_while(|(mark, _)| opening(*mark));
        let Some((Mark::Known, verb)) = rest.next() else { return false };
        // "Cancel" may refuse the proposal to cancel.
        let refuses = self.phrases.get(verb) == Some(&Mark::No);
        let object = |(mark, words): &(Mark, String)| {
            *mark == Mark::Known
                || !refuses
                    && *mark == Mark::Courtesy
                    && matches!(words.as_str(), "it" | "that" | "this" | "that one" | "this one" | "me in")
        };
        self.is_verb(verb, said) && rest.any(object)
    }
}
