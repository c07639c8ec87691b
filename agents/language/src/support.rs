//! Says for every sentence of a reply whether the sources that it cites support it: its words, its numbers, its negations.

use crate::numbers::{Quantity, quantities};
use crate::sentences::{citations, sentences, without_list_mark};
use crate::terms::{Matter, matter, same, terms, tokens};
use crate::words;

/// Least share of a sentence's terms that must stand in its sources. Chosen on the shipped library: all its sentences pass with
/// their own section, and fewer than 2 in 100 pass with another section.
pub const LEAST_COVERAGE: f32 = 0.6;

/// From this share of common terms on, two sentences speak of the same thing, so that their negations can be compared.
const COMPARABLE: f32 = 0.5;

/// Sentences that share this much less than the best one are as near to a statement.
const NEAR: f32 = 0.1;

/// Bytes that are read of a reply and of a source, so that the work is bounded.
const LONGEST: usize = 16_384;

/// One sentence of a reply and what its sources say to it.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceSupport {
    /// The sentence with its markers, as it stands in the reply.
    pub text: String,
    /// The numbers in its markers.
    pub citations: Vec<usize>,
    /// What was found.
    pub verdict: Verdict,
    /// Share of its terms that stand in the cited sources, 0 to 1; in the best source when none is cited.
    pub coverage: f32,
    /// The source, counted from one, that supports it best by itself, if any does: a missing marker can be added.
    pub best: Option<usize>,
}

impl SentenceSupport {
    /// Whether the sentence may be said.
    pub fn may_be_said(&self) -> bool {
        matches!(self.verdict, Verdict::Supported | Verdict::NoClaim)
    }
}

/// What was found about a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The cited sources say it.
    Supported,
    /// It claims nothing that needs a source: a question, a greeting, an admission.
    NoClaim,
    /// It claims something and cites nothing.
    Uncited,
    /// It cites this number, which no source has.
    UnknownCitation(usize),
    /// This number of it is in none of the cited sources.
    ForeignNumber(String),
    /// Its sources say the contrary.
    Negated,
    /// Too few of its words stand in the cited sources.
    Unsupported,
}

/// Texts that sentences may rest on, read once.
pub struct Sources(Vec<Source>);

impl Sources {
    /// Reads the texts; `[n]` in a sentence refers to the n-th of them, counted from one.
    pub fn new(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self(texts.into_iter().map(|text| Source::new(text.as_ref())).collect())
    }

    /// The support of one sentence with its markers.
    pub fn judge(&self, sentence: &str) -> SentenceSupport {
        judge(head(sentence), &self.0)
    }
}

/// The support of each sentence of `text`. `[n]` refers to `sources[n - 1]`.
pub fn support(text: &str, sources: &[&str]) -> Vec<SentenceSupport> {
    let sources = Sources::new(sources);
    sentences(head(text)).into_iter().map(|sentence| sources.judge(sentence)).collect()
}

/// Whether a plain sentence claims something that needs a source.
pub fn claims(plain: &str) -> bool {
    let lower = plain.to_lowercase().replace('’', "'");
    let numbers = !quantities(plain).is_empty();
    let introduces = plain.ends_with(':') && !numbers;
    let talk = !numbers && words().talk.iter().any(|opening| begins_with_word(&lower, opening));
    !(plain.ends_with('?') || introduces || talk || terms(plain).is_empty() && !numbers)
}

struct Source {
    sentences: Vec<Statement>,
}

struct Statement {
    terms: Vec<String>,
    quantities: Vec<Quantity>,
    /// The content terms right behind a negation.
    negated: Vec<String>,
    /// How often it denies something.
    denials: usize,
}

impl Source {
    fn new(text: &str) -> Self {
        Self { sentences: sentences(head(text)).into_iter().map(Statement::new).collect() }
    }
}

impl Statement {
    fn new(text: &str) -> Self {
        let tokens = tokens(text);
        let places: Vec<usize> = (0..tokens.len()).filter(|&at| is_negation(&tokens[at])).collect();
        let full = |word: &&String| !is_negation(word) && matter(word) == Matter::Full;
        let behind = |&at: &usize| {
            let rest: Vec<_> = tokens[at + 1..].iter().filter(full).take(12).cloned().collect();
            terms(&rest.join(" ")).into_iter().take(2)
        };
        let negated = places.iter().flat_map(behind).collect();
        Self { terms: terms(text), quantities: quantities(text), negated, denials: places.len() }
    }

    /// Share of the terms of `self` that stand in `other`.
    fn share_in(&self, other: &Self) -> f32 {
        let common = self.terms.iter().filter(|term| other.terms.iter().any(|word| same(term, word))).count();
        common as f32 / self.terms.len().max(1) as f32
    }
}

fn judge(sentence: &str, sources: &[Source]) -> SentenceSupport {
    let (plain, cited) = citations(sentence);
    let plain = without_list_mark(&plain);
    let result = |verdict, coverage, best| SentenceSupport {
        text: sentence.to_owned(),
        citations: cited.clone(),
        verdict,
        coverage,
        best,
    };
    if let Some(&unknown) = cited.iter().find(|&&number| number == 0 || number > sources.len()) {
        return result(Verdict::UnknownCitation(unknown), 0.0, None);
    }
    if !claims(plain) {
        let verdict = if cited.is_empty() { Verdict::NoClaim } else { Verdict::Supported };
        return result(verdict, 0.0, None);
    }
    let statement = Statement::new(plain);
    let alone = |at: usize| compare(&statement, &[&sources[at]]);
    if cited.is_empty() {
        let best = (0..sources.len()).map(|at| (at, alone(at))).max_by(|one, other| one.1.1.total_cmp(&other.1.1));
        let supported = best.as_ref().filter(|(_, (verdict, _))| *verdict == Verdict::Supported).map(|(at, _)| at + 1);
        return result(Verdict::Uncited, best.map_or(0.0, |(_, (_, coverage))| coverage), supported);
    }
    let chosen: Vec<&Source> = cited.iter().filter_map(|number| sources.get(number - 1)).collect();
    let (verdict, coverage) = compare(&statement, &chosen);
    let best = cited.iter().copied().find(|&number| alone(number - 1).0 == Verdict::Supported);
    result(verdict, coverage, best)
}

/// Compares a statement with all that `sources` say together.
fn compare(statement: &Statement, sources: &[&Source]) -> (Verdict, f32) {
    let known = || sources.iter().flat_map(|source| &source.sentences);
    let has = |term: &String| known().any(|known| known.terms.iter().any(|word| same(term, word)));
    let common = statement.terms.iter().filter(|term| has(term)).count();
    let coverage = if statement.terms.is_empty() { 1.0 } else { common as f32 / statement.terms.len() as f32 };
    let foreign =
        |quantity: &&Quantity| !known().flat_map(|known| &known.quantities).any(|known| known.agrees(quantity));
    if let Some(quantity) = statement.quantities.iter().find(foreign) {
        return (Verdict::ForeignNumber(quantity.value.clone()), coverage);
    }
    if coverage < LEAST_COVERAGE {
        return (Verdict::Unsupported, coverage);
    }
    if contradicts(statement, &known().collect::<Vec<_>>()) {
        return (Verdict::Negated, coverage);
    }
    (Verdict::Supported, coverage)
}

/// Whether the sources say the contrary: the comparable sentences that name what the statement denies all deny less than it,
/// or the sentences that are nearest to it all deny what it affirms.
fn contradicts(statement: &Statement, known: &[&Statement]) -> bool {
    let shares: Vec<f32> = known.iter().map(|known| statement.share_in(known)).collect();
    let best = shares.iter().copied().fold(0.0, f32::max);
    if best < COMPARABLE {
        return false;
    }
    let from =
        |least: f32| known.iter().zip(&shares).filter(move |(_, share)| **share >= least).map(|(known, _)| *known);
    let common = |negated: &[String], terms: &[String]| negated.iter().any(|term| terms.contains(term));
    if statement.denials == 0 {
        return from(best - NEAR).all(|known| common(&known.negated, &statement.terms));
    }
    let mut denied = from(COMPARABLE).filter(|known| common(&statement.negated, &known.terms)).peekable();
    denied.peek().is_some() && denied.all(|known| known.denials < statement.denials)
}

fn is_negation(token: &str) -> bool {
    token.ends_with("n't") || words().negation.contains(token)
}

fn begins_with_word(text: &str, opening: &str) -> bool {
    text.strip_prefix(opening).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '\''))
}

/// At most [`LONGEST`] bytes from the beginning, cut between two characters.
fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: [&str; 3] = [
        "Tyres. The cold tyre pressure of the Lumen Standard is 2.5 bar (36 psi) front and 2.7 bar (39 psi) rear. Check it every \
         two weeks. Do not wash the engine bay with a pressure washer.",
        "Your car is a 2025 Veldra Lumen Long Range. The flap may be opened by hand.",
        "No, diesel must never be put in the Veldra Lumen.",
    ];

    fn verdict(text: &str) -> Verdict {
        let mut all = support(text, &SOURCES);
        assert_eq!(all.len(), 1, "{text:?}");
        all.remove(0).verdict
    }

    #[test]
    fn each_kind_of_sentence_gets_its_verdict() {
        for (text, expected) in [
            ("The front tyre pressure of the Standard is 2.5 bar. [1]", Verdict::Supported),
            ("1. Check the pressure every 2 weeks. [1]", Verdict::Supported),
            ("For your 2025 Lumen Long Range: the tyre pressure is 2.7 bar rear. [1] [2]", Verdict::Supported),
            ("The front tyre pressure is 2.6 bar. [1]", Verdict::ForeignNumber("2.6".into())),
            ("The front tyre pressure is 36 bar. [1]", Verdict::ForeignNumber("36".into())),
            ("The front tyre pressure of the Standard is 2.5 bar.", Verdict::Uncited),
            ("The tyre pressure is fine. [4]", Verdict::UnknownCitation(4)),
            ("The tyre pressure is fine. [0]", Verdict::UnknownCitation(0)),
            ("Roof tents weigh less than surfboards. [1]", Verdict::Unsupported),
            ("You can wash the engine bay with a pressure washer. [1]", Verdict::Negated),
            (
                "For your 2025 Veldra Lumen: no, diesel must never be put in the Veldra Lumen. [3] [2]",
                Verdict::Supported,
            ),
            ("Diesel may be put in the Veldra Lumen. [3]", Verdict::Negated),
            ("Never open the flap by hand. [2]", Verdict::Negated),
            ("I could not find anything about roof tents.", Verdict::NoClaim),
            ("Which car is it?", Verdict::NoClaim),
            ("Do it in these steps:", Verdict::NoClaim),
            ("Yes.", Verdict::NoClaim),
        ] {
            assert_eq!(verdict(text), expected, "{text:?}");
        }
    }

    #[test]
    fn names_the_source_of_an_uncited_sentence() {
        let found = support("Your car is a Lumen Long Range.", &SOURCES);
        assert_eq!((found[0].best, found[0].coverage), (Some(2), 1.0));
        assert_eq!(support("Stop at once.", &[])[0].best, None);
    }

    #[test]
    fn hostile_sizes_and_alphabets_are_no_error() {
        let large = "ß. 🚗 [1] ".repeat(200_000);
        assert!(!support(&large, &[&large]).is_empty());
        assert_eq!(support("", &[""]), []);
    }
}
