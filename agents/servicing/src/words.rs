//! Reads words: the tables of `data/words.toml`, and whether a text contains one of their phrases.

use contract::{Error, Result};
use jiff::civil::Time;
use serde::Deserialize;

use backoffice::service_desk::Work;

/// The tables of `data/words.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) request: RequestWords,
    pub(crate) work: Vec<WorkWords>,
    pub(crate) calendar: CalendarWords,
    pub(crate) place: PlaceWords,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestWords {
    pub(crate) how_to: Vec<String>,
    pub(crate) book: Vec<String>,
    pub(crate) book_anyway: Vec<String>,
    pub(crate) cancel: Vec<String>,
    #[serde(rename = "move")]
    pub(crate) moving: Vec<String>,
    pub(crate) list: Vec<String>,
    pub(crate) due: Vec<String>,
    pub(crate) not_due: Vec<String>,
    pub(crate) history: Vec<String>,
    pub(crate) own_warranty: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkWords {
    pub(crate) kind: Work,
    pub(crate) words: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CalendarWords {
    /// Monday first.
    pub(crate) weekdays: Vec<Vec<String>>,
    /// January first.
    pub(crate) months: Vec<Vec<String>>,
    /// Zero first.
    pub(crate) numbers: Vec<String>,
    pub(crate) not: Vec<String>,
    pub(crate) later: Vec<String>,
    pub(crate) earlier: Vec<String>,
    pub(crate) other_day: Vec<String>,
    pub(crate) part: Vec<PartOfDay>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartOfDay {
    pub(crate) words: Vec<String>,
    pub(crate) from: Time,
    pub(crate) until: Time,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceWords {
    pub(crate) nearest: Vec<String>,
    pub(crate) not_a_town: Vec<String>,
}

impl Words {
    /// The words that ship with the product.
    ///
    /// # Errors
    /// `Invalid` when the file is broken.
    pub(crate) fn shipped() -> Result<Self> {
        toml::from_str(include_str!("../data/words.toml")).map_err(|cause| {
            Error::invalid("words.toml", cause.to_string()).hint("see agents/servicing/data/words.toml")
        })
    }

    /// What is to be done, if the text says it.
    pub(crate) fn work(&self, text: &Text) -> Option<Work> {
        self.work.iter().find(|work| text.has(&work.words)).map(|work| work.kind)
    }
}

/// A text cut into words in lower case, without punctuation around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text(Vec<String>);

impl Text {
    pub(crate) fn of(text: &str) -> Self {
        let bare = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace('’', "'");
            let word = word.strip_suffix("'s").map_or(word.clone(), str::to_owned);
            if matches!(word.as_str(), "a.m" | "p.m") { word.replace('.', "") } else { word }
        };
        Self(text.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect())
    }

    pub(crate) fn words(&self) -> &[String] {
        &self.0
    }

    /// The word at a place; empty beyond both ends.
    pub(crate) fn at(&self, place: usize) -> &str {
        self.0.get(place).map_or("", String::as_str)
    }

    /// The `back`-th word before a place.
    pub(crate) fn before(&self, place: usize, back: usize) -> &str {
        place.checked_sub(back).map_or("", |place| self.at(place))
    }

    /// Where one of these phrases begins.
    pub(crate) fn find(&self, phrases: &[String]) -> Option<usize> {
        phrases.iter().find_map(|phrase| {
            let wanted: Vec<&str> = phrase.split(' ').collect();
            self.0.windows(wanted.len()).position(|words| words.iter().zip(&wanted).all(|(word, other)| word == other))
        })
    }

    /// Whether it contains one of these phrases.
    pub(crate) fn has(&self, phrases: &[String]) -> bool {
        self.find(phrases).is_some()
    }

    /// What stands behind the last of these words, and what before it.
    pub(crate) fn split_at_last(&self, word: &str) -> Option<(Self, Self)> {
        let place = self.0.iter().rposition(|other| other == word)?;
        let (before, after) = (self.0.get(..place)?, self.0.get(place + 1..)?);
        Some((Self(before.to_vec()), Self(after.to_vec())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_as_whole_words() {
        let text = Text::of("Could you cancel Tuesday’s service, please? At 9 a.m.");
        assert_eq!(text.words().join(" "), "could you cancel tuesday service please at 9 am");
        let has = |phrase: &str| text.has(&[phrase.to_owned()]);
        assert!(has("cancel") && has("tuesday service") && !has("can") && !has("service tuesday"));
    }

    #[test]
    fn the_kind_of_work_is_read_most_particular_first() {
        let words = Words::shipped().unwrap();
        let work = |text: &str| words.work(&Text::of(text));
        assert_eq!(work("Book the recall repair"), Some(Work::Recall));
        assert_eq!(work("winter tyres and a service"), Some(Work::Tyres));
        assert_eq!(work("get my car in for a repair"), Some(Work::Repair));
        assert_eq!(work("annual service"), Some(Work::Service));
        assert_eq!(work("book me in"), None);
    }
}
