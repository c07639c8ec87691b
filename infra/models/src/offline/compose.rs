//! Puts chosen sentences together: lead-in, list numbers, citation markers, all within the token maximum.

use super::agreement::Agreement;
use super::cars::Car;
use super::choose::{Choice, Place};
use super::passage::{Evidence, Passage};
use super::tables::{fill, phrases, questions};
use language::terms::{Matter, matter};

/// What is said, piece by piece; the pieces carry their own white space.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) pieces: Vec<String>,
    /// Not even the first sentence fitted.
    pub(crate) cut: bool,
    /// It surely answers the whole question.
    pub(crate) sure: bool,
}

/// Collects pieces while they fit.
pub(crate) struct Composer {
    answer: Answer,
    left: u64,
}

impl Composer {
    /// A composer for at most this many tokens.
    pub(crate) fn new(max_tokens: u32) -> Self {
        Self { answer: Answer::default(), left: u64::from(max_tokens) }
    }

    /// Adds a sentence on the same line. Returns whether it fitted.
    pub(crate) fn say(&mut self, sentence: &str) -> bool {
        self.add(" ", sentence)
    }

    /// Adds a sentence on a line of its own. Returns whether it fitted.
    pub(crate) fn say_below(&mut self, sentence: &str) -> bool {
        self.add("\n", sentence)
    }

    /// Adds sentences until one does not fit.
    pub(crate) fn say_all(&mut self, sentences: &[String]) {
        let _ = sentences.iter().all(|sentence| self.say(sentence));
    }

    /// Notes whether what is said surely answers the whole question.
    pub(crate) fn be_sure(&mut self, sure: bool) {
        self.answer.sure = sure;
    }

    /// Whether nothing was said yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.answer.pieces.is_empty()
    }

    /// What was said.
    pub(crate) fn answer(mut self) -> Answer {
        self.answer.cut = self.answer.pieces.is_empty();
        self.answer
    }

    fn room_for(&self, sentence: &str) -> bool {
        crate::tokens::estimated(sentence) < self.left
    }

    fn add(&mut self, space: &str, sentence: &str) -> bool {
        let piece = if self.is_empty() { sentence.to_owned() } else { format!("{space}{sentence}") };
        let tokens = crate::tokens::estimated(&piece);
        if tokens > self.left {
            return false;
        }
        self.left -= tokens;
        self.answer.pieces.push(piece);
        true
    }
}

/// Says the choice, beginning with whose car it is for where that matters.
pub(crate) fn compose(choice: &Choice, evidence: &Evidence, car: &Car, composer: &mut Composer) {
    let plain = choice.places.len() - choice.steps.min(choice.places.len());
    let mut said: Vec<Place> = Vec::new();
    for &place in &choice.places[..plain] {
        for place in with_predecessor(evidence, place) {
            if !said.contains(&place)
                && sentence(evidence, place, car, said.is_empty()).is_some_and(|text| composer.say(&text))
            {
                said.push(place);
            }
        }
    }
    list(&choice.places[plain..], evidence, car, said.is_empty(), composer);
}

/// `sentence [n]`, for the sentence at `place`.
pub(crate) fn quoted(evidence: &Evidence, place: Place) -> Option<String> {
    sentence(evidence, place, &Car::default(), false)
}

/// The steps, numbered, each on its line. When not all fit, it says where the others stand.
fn list(steps: &[Place], evidence: &Evidence, car: &Car, opens: bool, composer: &mut Composer) {
    let Some(passage) = steps.first().and_then(|place| evidence.passages.get(place.0)) else { return };
    let rest =
        format!("{} [{}]", fill(&phrases().more_steps, &[("section", passage.heading_line())]), passage.index + 1);
    if opens && let Some((lead, record)) = lead_in(passage, car) {
        composer.say(&format!("{} [{record}]", lead.trim_end()));
    }
    for (number, &place) in steps.iter().enumerate() {
        let Some(text) = quoted(evidence, place) else { continue };
        let step = format!("{}. {text}", number + 1);
        let last = number + 1 == steps.len();
        let fits = last || composer.room_for(&format!("{step}\n{rest}"));
        if !fits || !composer.say_below(&step) {
            if number > 0 {
                composer.say_below(&rest);
            } else {
                composer.say_below(&step);
            }
            return;
        }
    }
}

fn sentence(evidence: &Evidence, (passage, at): Place, car: &Car, opens: bool) -> Option<String> {
    let passage = evidence.passages.get(passage)?;
    let text = &passage.sentences.get(at)?.text;
    let own = passage.index + 1;
    Some(match lead_in(passage, car).filter(|_| opens) {
        Some((lead, record)) if record == own => format!("{lead}{} [{own}]", lowered(text, passage)),
        Some((lead, record)) => format!("{lead}{} [{own}] [{record}]", lowered(text, passage)),
        None => format!("{text} [{own}]"),
    })
}

/// The words that say which car the passage is for, and what they rest on, where the passage is about one.
fn lead_in(passage: &Passage, car: &Car) -> Option<(String, usize)> {
    if passage.is_record() || passage.models.is_empty() && passage.mention.models.is_empty() {
        return None;
    }
    if passage.agreement == Agreement::Other {
        let names = if passage.mention.models.is_empty() { &passage.models } else { &passage.mention.models };
        let variant = passage.mention.variants.first().map(|variant| format!(" {variant}")).unwrap_or_default();
        let years =
            passage.years.iter().min().zip(passage.years.iter().max()).map(|(first, last)| format!(" {first}–{last}"));
        let name = format!("{}{variant}{}", names.first()?, years.unwrap_or_default());
        return Some((fill(&phrases().other_car, &[("car", &name)]), passage.index + 1));
    }
    Some((fill(&phrases().personal, &[("car", &car.label)]), car.record? + 1))
}

/// A sentence that leans on the one before it takes that along.
fn with_predecessor(evidence: &Evidence, (passage, at): Place) -> Vec<Place> {
    let leans = evidence
        .passages
        .get(passage)
        .and_then(|passage| passage.sentences.get(at))
        .is_some_and(|sentence| sentence.leans);
    match (leans, at.checked_sub(1)) {
        (true, Some(before)) => vec![(passage, before), (passage, at)],
        _ => vec![(passage, at)],
    }
}

/// `text` with a small first letter if its first word is an ordinary word, not a name: one that the passage also writes small.
fn lowered(text: &str, passage: &Passage) -> String {
    let word = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    let small = || {
        passage
            .sentences
            .iter()
            .any(|sentence| sentence.text.split(|c: char| !c.is_alphanumeric()).any(|other| other == word))
    };
    let ordinary = matter(&word) == Matter::Stop || questions().verbs.contains(&word) || small();
    match text.chars().next() {
        Some(first) if ordinary && word != "i" => first.to_lowercase().collect::<String>() + &text[first.len_utf8()..],
        _ => text.to_owned(),
    }
}
