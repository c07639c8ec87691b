//! Reads a question: what it asks about, what it wants to hear, and whether it goes on from the last one.

use std::collections::HashSet;

use contract::Exchange;

use super::cars::without_variants;
use super::tables::{Kind, KindRow, questions};
use language::sentences;
use language::terms::{Matter, matter, same, terms, tokens};

/// Bytes that are read of a message; the door allows 4,000 characters.
const LONGEST: usize = 16_384;

/// Most terms of a question; a long message is about its first matters.
const MOST_TERMS: usize = 48;

/// From this many terms of matter on, a question stands alone whatever it begins with.
const STANDS_ALONE: usize = 4;

/// How much a term counts that stands outside of the asking sentences, when these name no matter, one, or more.
const BESIDE: [f32; 3] = [1.0, 0.5, 0.2];

/// How much a term of the last exchange counts.
const INHERITED: f32 = 0.6;

/// What a word counts that hardly says anything, such as `need`, and one for what every page is about, such as `car`.
const WEAK: f32 = 0.2;
const GENERIC: f32 = 0.05;

/// A question, read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Question {
    /// What it asks about: terms with their importance, 0 to 1, each once, in their order.
    pub(crate) terms: Vec<(String, f32)>,
    pub(crate) kind: Kind,
    /// What should be measured by the answer, such as `duration`.
    pub(crate) measures: Vec<String>,
    /// The words as said, in small letters.
    pub(crate) words: Vec<String>,
    /// The question and, when it goes on from them, the sayings before it, newest first.
    pub(crate) context: Vec<String>,
}

/// A question of at most so many words that names one matter only, such as `and the rear tyres`, goes on from the one before.
const BARE: usize = 4;

impl Question {
    /// Reads `text`, with the exchanges before it when it goes on from them.
    pub(crate) fn read(text: &str, history: &[Exchange]) -> Self {
        let text = head(text);
        let mut question = Self { words: tokens(text), context: vec![text.to_owned()], ..Self::default() };
        question.take_terms(text, 1.0);
        let line = line(&question.words);
        question.kind = kind(text);
        question.measures = measures(&line);
        if question.goes_on() {
            question.inherit(history);
        }
        question.drop_generic();
        question
    }

    /// Replaces terms that no passage knows by the nearest one that does: customers type fast.
    pub(crate) fn correct(&mut self, known: &HashSet<&str>) {
        for (term, _) in &mut self.terms {
            let unknown = !known.iter().any(|word| same(word, term));
            if let Some(near) = nearest(term, known).filter(|_| unknown) {
                *term = near.to_owned();
            }
        }
    }

    /// Whether it names nothing that could be looked up.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it tries to give orders to the machine.
    pub(crate) fn is_hostile(&self) -> bool {
        sentences::is_hostile(&line(&self.words))
    }

    fn goes_on(&self) -> bool {
        let matters = self.terms.iter().filter(|(_, weight)| *weight > WEAK).count();
        let line = line(&self.words);
        let opens = questions().follow_up.iter().any(|opening| line.starts_with(&format!(" {opening} ")));
        // In "what does the warranty cover and how long does it last" the "it" stands for the warranty, not for what was said.
        let pronoun = self.words.iter().position(|word| questions().pronouns.contains(word));
        let points = pronoun.is_some_and(|at| !self.words[..at].iter().any(|word| matter(word) == Matter::Full));
        match matters {
            0 => true,
            1 => opens || points || self.words.len() <= BARE,
            2 => opens || points,
            _ => matters < STANDS_ALONE && opens,
        }
    }

    /// Takes terms, and the kind unless it has one, from the last exchange; and from the one before while that was short too.
    fn inherit(&mut self, history: &[Exchange]) {
        for exchange in history.iter().rev().take(3) {
            let said = head(&exchange.said);
            let before = Self::read(said, &[]);
            if self.kind == Kind::Open {
                self.kind = before.kind;
            }
            if self.measures.is_empty() && self.kind == before.kind {
                self.measures.clone_from(&before.measures);
            }
            self.take_terms(said, INHERITED);
            self.context.push(said.to_owned());
            if !before.goes_on() {
                break;
            }
        }
    }

    /// Adds the terms of `text`. What stands beside the asking sentences counts less, the less the more these say themselves.
    fn take_terms(&mut self, text: &str, importance: f32) {
        let all = sentences::sentences(text).into_iter();
        let (asking, beside): (Vec<_>, Vec<_>) = all.partition(|sentence| sentence.ends_with('?'));
        let full =
            asking.iter().flat_map(|sentence| tokens(sentence)).filter(|word| matter(word) == Matter::Full).count();
        for (sentences, place) in [(asking, 1.0), (beside, BESIDE[full.min(2)])] {
            for sentence in sentences {
                self.take_sentence(&without_variants(sentence), importance * place);
            }
        }
    }

    fn take_sentence(&mut self, sentence: &str, importance: f32) {
        let said = tokens(sentence);
        let weak = |kind: Matter| {
            let words: Vec<_> = said.iter().filter(|word| matter(word) == kind).cloned().collect();
            terms(&words.join(" "))
        };
        let (generic, weak) = (weak(Matter::Generic), weak(Matter::Weak));
        for term in terms(sentence) {
            let weight = match &term {
                term if generic.contains(term) => GENERIC,
                term if weak.contains(term) => WEAK,
                _ => 1.0,
            };
            self.add(term, importance * weight);
        }
    }

    /// What every page is about says nothing beside a matter.
    fn drop_generic(&mut self) {
        if self.terms.iter().any(|(_, weight)| *weight > WEAK) {
            self.terms.retain(|(_, weight)| *weight > GENERIC);
        }
    }

    fn add(&mut self, term: String, weight: f32) {
        if let Some((_, known)) = self.terms.iter_mut().find(|(known, _)| *known == term) {
            *known = known.max(weight);
        } else if self.terms.len() < MOST_TERMS {
            self.terms.push((term, weight));
        }
    }
}

/// `words` with a blank around each, so that phrases are found at word borders.
pub(crate) fn line(words: &[String]) -> String {
    format!(" {} ", words.join(" "))
}

/// Whether `line` holds the phrase.
pub(crate) fn holds(line: &str, phrase: &str) -> bool {
    line.match_indices(phrase).any(|(at, _)| line[..at].ends_with(' ') && line[at + phrase.len()..].starts_with(' '))
}

/// The first kind with a matching cue. Several words that ask nothing report a problem: they want advice.
fn kind(text: &str) -> Kind {
    let lines: Vec<String> = sentences::sentences(text).into_iter().map(|sentence| line(&tokens(sentence))).collect();
    let cued = |row: &&KindRow| lines.iter().any(|line| row.cues.iter().any(|cue| holds(line, cue)));
    let opened = |line: &String, opening: &String| {
        line.strip_prefix(' ').is_some_and(|line| line.starts_with(&format!("{opening} ")))
    };
    let opens = |row: &&KindRow| lines.iter().any(|line| row.openings.iter().any(|opening| opened(line, opening)));
    let found = questions().kinds.iter().find(|row| cued(row) || opens(row));
    let reports = !text.contains('?') && text.split_whitespace().count() > 2;
    found.map_or(if reports { Kind::Advice } else { Kind::Open }, |row| row.name)
}

fn measures(line: &str) -> Vec<String> {
    let asked = questions().measures.iter().filter(|(_, cues)| cues.iter().any(|cue| holds(line, cue)));
    asked.map(|(measure, _)| measure.clone()).collect()
}

/// The known term most like `term`: one slip in five letters or more, two in nine or more, with the same first letter.
fn nearest<'a>(term: &str, known: &HashSet<&'a str>) -> Option<&'a str> {
    let length = term.chars().count();
    if length < 5 || term.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let slips = if length < 9 { 1 } else { 2 };
    let alike = known.iter().filter(|word| {
        word.chars().next() == term.chars().next() && word.chars().count().abs_diff(length) <= slips && word.len() >= 4
    });
    let near = alike.map(|word| (strsim::osa_distance(word, term), *word)).filter(|(distance, _)| *distance <= slips);
    near.min().map(|(_, word)| word)
}

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(question: &Question) -> Vec<&str> {
        question.terms.iter().map(|(term, _)| term.as_str()).collect()
    }

    #[test]
    fn kinds_and_measures() {
        for (text, kind, measures) in [
            ("How do I open the bonnet?", Kind::Steps, vec![]),
            ("How long does charging take?", Kind::Quantity, vec!["duration"]),
            ("What is the tyre pressure?", Kind::Quantity, vec!["pressure"]),
            ("What does the red oil light mean?", Kind::Definition, vec![]),
            ("Can I tow a trailer?", Kind::Permission, vec![]),
            ("Where is the jack?", Kind::Place, vec![]),
            ("Why does it beep?", Kind::Reason, vec![]),
            ("My app", Kind::Open, vec![]),
            ("The key battery is flat", Kind::Advice, vec![]),
        ] {
            let question = Question::read(text, &[]);
            assert_eq!(
                (question.kind, question.measures),
                (kind, measures.into_iter().map(str::to_owned).collect()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_short_question_goes_on_from_the_last() {
        let history = [Exchange::of("What is the front tyre pressure?", "2.5 bar. [1]")];
        let question = Question::read("and at the back?", &history);
        assert_eq!(names(&question), ["rear", "front", "tyre", "pressur"]);
        assert_eq!(question.kind, Kind::Quantity);
        let alone = Question::read("How do I pair my phone with Bluetooth?", &history);
        assert_eq!(names(&alone), ["pair", "phone", "bluetooth"]);
    }

    #[test]
    fn slips_are_corrected_only_to_what_is_near() {
        let mut question = Question::read("tyre presure of my submarine", &[]);
        question.correct(&HashSet::from(["pressur", "tyre", "summer"]));
        assert_eq!(names(&question), ["tyre", "pressur", "submarin"]);
    }

    #[test]
    fn what_stands_beside_the_question_counts_less() {
        let question = Question::read("I was in Spain. How do I charge the car?", &[]);
        assert_eq!(question.terms, [("charg".into(), 1.0), ("spain".into(), BESIDE[1])]);
    }
}
