//! How much of a reply a listener is given at once: a driver little, who sits in a parked car more, who reads everything.

use std::sync::LazyLock;

use contract::{Channel, Turn};
use language::sentences::without_list_mark;
use serde::Deserialize;

/// Who takes a reply in, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// Reads it on a screen and can look back.
    Reader,
    /// Hears it in a car that stands still.
    Parked,
    /// Hears it while driving.
    Driver,
}

impl Listener {
    /// Who listens to the reply to `turn`. A car that does not say how fast it is counts as moving: the safe side.
    pub fn of(turn: &Turn) -> Self {
        if turn.channel != Channel::Vehicle {
            return Self::Reader;
        }
        match turn.vehicle.as_ref().and_then(|state| state.speed_kph) {
            Some(speed) if speed <= 0.0 => Self::Parked,
            _ => Self::Driver,
        }
    }

    /// The most that this listener is told at once; none: everything.
    ///
    /// A driver's task should be done within 15 seconds (SAE J2364, "Navigation and Route Guidance Function
    /// Accessibility While Driving"; P. Green, "The 15-Second Rule for Driver Information Systems", ITS America 1999).
    /// The rule was made for eyes and hands, where NHTSA's guidelines even ask for 12 seconds (78 FR 24818, 2013); for the
    /// ears no such rule is published, so theirs is taken. At 150 words a minute, the slower end of what is recommended
    /// for speech that is listened to (J. R. Williams, HFES 1998: 150 to 160), these are 37 words. In a parked car nobody
    /// is endangered; but who hears cannot look back, so a reply ends there after a minute.
    pub fn limit(self) -> Option<Limit> {
        match self {
            Self::Reader => None,
            Self::Parked => Some(Limit { words: words_in(60), sentences: 8 }),
            Self::Driver => Some(Limit { words: words_in(15), sentences: 3 }),
        }
    }
}

/// The most that is said at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Spoken words.
    pub words: usize,
    /// Sentences.
    pub sentences: u32,
}

/// Words that a voice says a minute.
const WORDS_A_MINUTE: usize = 150;

/// Words kept for the sentence that says that there is more.
pub(crate) const WORDS_FOR_THE_REST: usize = 12;

const fn words_in(seconds: usize) -> usize {
    WORDS_A_MINUTE * seconds / 60
}

/// The longest first sentence of an answer, in words: it is said although it takes longer than a listener should be told at
/// once, because a sentence is never cut, and a question deserves an answer.
const LONGEST_FIRST: usize = words_in(30);

/// What a sentence is to the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// It stands before the answer: regret, or what this chat cannot do.
    Remark,
    /// It is the answer, or a part of it.
    Answer,
}

/// What becomes of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate<'a> {
    /// It is said in these words.
    Said(&'a str),
    /// It leads to a list, and is said with the first of it that is said, if any is.
    Held,
    /// It is left out.
    LeftOut,
}

/// What must be said of what was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// A part of the answer.
    Part,
    /// All of it.
    All,
}

/// What a listener has been given of one reply so far.
#[derive(Debug)]
pub(crate) struct Attention {
    listener: Listener,
    words: usize,
    /// Words that come with the next sentence that is said.
    held: usize,
    sentences: u32,
    answered: bool,
    closed: bool,
    left_out: bool,
    gap_in_list: bool,
    told_to_stop: bool,
}

impl Attention {
    pub(crate) fn of(listener: Listener) -> Self {
        Self {
            listener,
            words: 0,
            held: 0,
            sentences: 0,
            answered: false,
            closed: false,
            left_out: false,
            gap_in_list: false,
            told_to_stop: false,
        }
    }

    pub(crate) fn listener(&self) -> Listener {
        self.listener
    }

    /// What becomes of `sentence`.
    ///
    /// Room is kept for the sentence that says that there is more. A driver hears no steps, because they are done with the
    /// car at rest; only those that bring it to rest, as sentences, and the first of these whatever was said before.
    pub(crate) fn weigh<'a>(&mut self, sentence: &'a str, part: Part) -> Fate<'a> {
        let Some(limit) = self.listener.limit() else { return Fate::Said(sentence) };
        if self.listener == Listener::Parked {
            return self.weigh_words(sentence, part, limit);
        }
        if sentence.ends_with(':') {
            self.held = spoken_words(sentence);
            self.left_out = true;
            return Fate::Held;
        }
        let told = without_list_mark(sentence);
        let is_step = told.len() < sentence.len();
        let stops = stops_the_car(told);
        if is_step && (self.gap_in_list || !stops) {
            self.gap_in_list = true;
            return self.refuse(Part::Answer);
        }
        if stops && !std::mem::replace(&mut self.told_to_stop, true) {
            return self.admit(told, part);
        }
        self.weigh_words(told, part, limit)
    }

    fn weigh_words<'a>(&mut self, sentence: &'a str, part: Part, limit: Limit) -> Fate<'a> {
        let words = self.held + spoken_words(sentence);
        let opens_the_answer = part == Part::Answer && !self.answered && words <= LONGEST_FIRST;
        let fits = self.sentences < limit.sentences && self.words + words + WORDS_FOR_THE_REST <= limit.words;
        if self.closed || !(fits || opens_the_answer) {
            return self.refuse(part);
        }
        self.admit(sentence, part)
    }

    fn admit<'a>(&mut self, sentence: &'a str, part: Part) -> Fate<'a> {
        self.words += std::mem::take(&mut self.held) + spoken_words(sentence);
        self.sentences += 1;
        self.answered |= part == Part::Answer;
        Fate::Said(sentence)
    }

    /// Notes words that are said whatever was said before.
    pub(crate) fn take(&mut self, text: &str) {
        self.words += spoken_words(text);
    }

    /// Marks that the answer goes on and will not be said.
    pub(crate) fn leave_out(&mut self) {
        self.left_out = true;
    }

    /// What was left out, if anything was.
    pub(crate) fn rest(&self) -> Option<Rest> {
        self.left_out.then_some(if self.answered { Rest::Part } else { Rest::All })
    }

    /// Nothing of the answer is said behind a gap in it.
    fn refuse(&mut self, part: Part) -> Fate<'static> {
        self.closed |= part == Part::Answer;
        self.left_out = true;
        Fate::LeftOut
    }
}

/// How many words a voice needs for `text`: each digit counts as one, which is the safe side.
pub(crate) fn spoken_words(text: &str) -> usize {
    let of_word = |word: &str| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        digits + usize::from(word.chars().any(char::is_alphabetic))
    };
    text.split_whitespace().map(of_word).sum()
}

/// Whether a sentence tells to bring the car to rest.
fn stops_the_car(sentence: &str) -> bool {
    let words = sentence.to_lowercase();
    WAYS_TO_STOP.stop.iter().any(|way| words.starts_with(way.as_str()))
}

/// The table of `data/driving.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaysToStop {
    stop: Vec<String>,
}

/// The table is part of the program, and a test reads it: the empty one is never met.
static WAYS_TO_STOP: LazyLock<WaysToStop> =
    LazyLock::new(|| toml::from_str(include_str!("../data/driving.toml")).unwrap_or_default());

#[cfg(test)]
mod tests;
