//! Reads when a customer wants to be called back from what they write, with the words of `data/callback.toml`.

use contract::{Error, Result};
use language::sentences::sentences;
use serde::Deserialize;

/// Longest wish that is noted, in characters; the same as at the door.
const LONGEST: usize = 200;
/// From so many words on a sentence tells more than a plain wish.
const PLAIN: usize = 30;

/// The words that ask for a call, and those that answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Callback {
    asks: Vec<String>,
    asks_with_a_time: Vec<String>,
    but_not: Vec<String>,
    times: Vec<String>,
    days: Vec<String>,
    numbers: Vec<String>,
    joins: Vec<String>,
    beside: Vec<String>,
    digits: usize,
    say: Say,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    noted: String,
    when: String,
    number: String,
    not_noted: String,
}

/// That a customer wants to be called back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    /// What is noted: the sentence as the customer wrote it, with the number to call if it holds one.
    pub(crate) words: String,
    /// When, if it says so.
    when: Option<String>,
    /// Whether it holds a number to call.
    numbered: bool,
}

impl Callback {
    /// The words that ship with the product.
    ///
    /// # Errors
    /// `Invalid` when the file is broken.
    pub(crate) fn shipped() -> Result<Self> {
        toml::from_str(include_str!("../data/callback.toml"))
            .map_err(|cause| Error::invalid("callback.toml", cause.to_string()))
    }

    /// The wish to be called back that a message states plainly. `asked`: the customer was told to say when, so that a time
    /// alone is one.
    pub(crate) fn wish(&self, text: &str, asked: bool) -> Option<Wish> {
        let stated = sentences(text).into_iter().find(|sentence| self.states(sentence));
        let words = stated.or_else(|| Some(text.trim()).filter(|text| asked && self.is_a_time(text)))?;
        let digits = words.chars().filter(char::is_ascii_digit).count();
        let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(Wish {
            words: line.chars().take(LONGEST).collect(),
            when: self.time(&tokens(words)),
            numbered: digits >= self.digits,
        })
    }

    /// What is said of a wish that was noted. Whoever is not `known` has to leave a number.
    pub(crate) fn noted(&self, wish: &Wish, known: bool) -> String {
        let noted = match &wish.when {
            Some(when) => self.say.noted.replace("{when}", when),
            None => self.say.when.clone(),
        };
        if known || wish.numbered { noted } else { format!("{noted} {}", self.say.number) }
    }

    /// What is said of a wish that could not be noted.
    pub(crate) fn not_noted(&self) -> &str {
        &self.say.not_noted
    }

    fn states(&self, sentence: &str) -> bool {
        let words = tokens(sentence);
        let whole = format!(" {} ", words.join(" "));
        let has = |phrases: &[String]| phrases.iter().any(|phrase| whole.contains(&format!(" {phrase} ")));
        words.len() < PLAIN
            && !has(&self.but_not)
            && (has(&self.asks) || has(&self.asks_with_a_time) && self.time(&words).is_some())
    }

    /// Whether a message is a time and nothing else.
    fn is_a_time(&self, text: &str) -> bool {
        let words = tokens(text);
        let fits = |word: &String| self.is_part(word) || self.beside.contains(word);
        words.len() < PLAIN && words.iter().all(fits) && self.time(&words).is_some()
    }

    /// The longest run of words that is a time. It holds no words but those of the table and hours, so it may be said.
    fn time(&self, words: &[String]) -> Option<String> {
        let runs = words.split(|word| !self.is_part(word)).map(|run| {
            let end = run.iter().rposition(|word| !self.joins.contains(word)).map_or(0, |last| last + 1);
            run.get(..end).unwrap_or_default()
        });
        let times = runs.filter(|run| run.iter().any(|word| self.tells(word)));
        times
            .max_by_key(|run| run.len())
            .map(|run| run.iter().map(|word| self.spelled(word)).collect::<Vec<_>>().join(" "))
    }

    fn is_part(&self, word: &String) -> bool {
        self.tells(word) || self.numbers.contains(word) || self.joins.contains(word)
    }

    fn tells(&self, word: &String) -> bool {
        self.times.contains(word) || self.days.contains(word) || is_hour(word)
    }

    fn spelled(&self, word: &String) -> String {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if self.days.contains(word) => first.to_uppercase().chain(letters).collect(),
            _ => word.clone(),
        }
    }
}

/// Words in small letters, without punctuation around them.
fn tokens(text: &str) -> Vec<String> {
    let word = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace('’', "'");
    text.split_whitespace().map(word).filter(|word| !word.is_empty()).collect()
}

/// Whether it is an hour in digits: `9`, `9am`, `17:30`, `9.30`.
fn is_hour(word: &str) -> bool {
    let clock = word.strip_suffix("am").or_else(|| word.strip_suffix("pm")).unwrap_or(word);
    let (hour, minute) = clock.split_once([':', '.']).unwrap_or((clock, "00"));
    let within = |part: &str, below: u8| part.len() <= 2 && part.parse::<u8>().is_ok_and(|number| number < below);
    within(hour, 25) && minute.len() == 2 && within(minute, 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(text: &str, asked: bool) -> Option<Option<String>> {
        Callback::shipped().unwrap().wish(text, asked).map(|wish| wish.when)
    }

    #[test]
    fn a_plain_wish_is_read_with_its_time() {
        for (text, time) in [
            ("Call me back tomorrow morning", "tomorrow morning"),
            ("Could you call me on Monday between 9 and 11, please?", "on Monday between 9 and 11"),
            ("Thanks. I'd like to be called back after 17:30.", "after 17:30"),
            ("Please have someone ring me tomorrow at half past ten on 0113 496 0000", "tomorrow at half past ten"),
            ("GIVE ME A CALL THIS AFTERNOON!!", "this afternoon"),
        ] {
            assert_eq!(when(text, false), Some(Some(time.into())), "{text}");
        }
        for text in ["Please call me back.", "I would prefer a callback"] {
            assert_eq!(when(text, false), Some(None), "{text}");
        }
    }

    #[test]
    fn what_is_no_plain_wish_is_left_alone() {
        for text in [
            "Nobody called me back yesterday.",
            "You promised to call me back tomorrow.",
            "Why did you not ring me on Monday?",
            "When will you call me back?",
            "Please do not call me back tomorrow.",
            "Just call me Ben.",
            "How do I call home with the car phone?",
            "I will call back tomorrow.",
            "Book a service tomorrow morning.",
            "",
        ] {
            assert_eq!(when(text, true), None, "{text}");
        }
    }

    #[test]
    fn a_time_alone_is_a_wish_only_when_it_was_asked_for() {
        for text in ["Tomorrow morning would be good, thank you", "Monday at 10", "after 5pm please"] {
            assert_eq!(when(text, false), None, "{text}");
            assert!(when(text, true).is_some_and(|time| time.is_some()), "{text}");
        }
        for text in ["yes please", "one", "Is the workshop open tomorrow morning?", "0113 496 0000"] {
            assert_eq!(when(text, true), None, "{text}");
        }
    }

    #[test]
    fn a_visitor_is_asked_for_a_number_and_a_long_wish_is_cut() {
        let callback = Callback::shipped().unwrap();
        let wish = callback.wish("Call me back tomorrow", false).unwrap();
        assert!(callback.noted(&wish, false).contains("number") && !callback.noted(&wish, true).contains("number"));
        let numbered = callback.wish("Call me back tomorrow on 0113 496 0000", false).unwrap();
        assert!(!callback.noted(&numbered, false).contains("number"));
        assert_eq!(numbered.words, "Call me back tomorrow on 0113 496 0000");
        let long = callback.wish(&format!("Call me back tomorrow {}", "ä".repeat(900)), false).unwrap();
        assert_eq!(long.words.chars().count(), LONGEST);
    }
}
