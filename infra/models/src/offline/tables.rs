//! The engine's own words: how questions are asked, which cars there are, what it says itself. Read once from `data/`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use language::terms::terms;

/// How questions are asked and answered.
pub(crate) fn questions() -> &'static Questions {
    static TABLE: LazyLock<Questions> =
        LazyLock::new(|| toml::from_str::<QuestionTable>(QUESTIONS).map(Questions::from).unwrap_or_default());
    &TABLE
}

/// The cars by name.
pub(crate) fn vehicles() -> &'static Vehicles {
    static TABLE: LazyLock<Vehicles> = LazyLock::new(|| toml::from_str(VEHICLES).unwrap_or_default());
    &TABLE
}

/// What the engine says in its own words.
pub(crate) fn phrases() -> &'static Phrases {
    static TABLE: LazyLock<Phrases> = LazyLock::new(|| toml::from_str(PHRASES).unwrap_or_default());
    &TABLE
}

// The files are part of the program, and a test reads them: the empty defaults above are never met.
const QUESTIONS: &str = include_str!("../../data/questions.toml");
const VEHICLES: &str = include_str!("../../data/vehicles.toml");
const PHRASES: &str = include_str!("../../data/phrases.toml");

/// What a question wants to hear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// What to do now that something is so.
    Advice,
    /// How something is done, in order.
    Steps,
    /// A number with its unit, or a time.
    Quantity,
    /// What something means.
    Definition,
    /// Whether something may or can be done.
    Permission,
    /// Where something is.
    Place,
    /// Why something is so.
    Reason,
    /// Anything.
    #[default]
    Open,
}

/// How questions are asked and answered, in the form in which it is looked up.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    /// The narrower ones first.
    pub(crate) kinds: Vec<KindRow>,
    pub(crate) answers: HashMap<Kind, HashSet<String>>,
    pub(crate) frequency: HashSet<String>,
    /// Terms that a number of the right measure answers, such as `size`.
    pub(crate) measuring: HashSet<String>,
    /// Terms of circumstances that a customer names when they mean them, such as `winter`.
    pub(crate) special: HashSet<String>,
    /// Terms of what every trouble code is about.
    pub(crate) codes: Vec<String>,
    /// What is measured → the cues that ask for it.
    pub(crate) measures: BTreeMap<String, Vec<String>>,
    pub(crate) follow_up: Vec<String>,
    pub(crate) pronouns: HashSet<String>,
    pub(crate) verbs: HashSet<String>,
    pub(crate) leaning: HashSet<String>,
    pub(crate) leaning_phrases: Vec<String>,
}

/// The cars by name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vehicles {
    pub(crate) models: BTreeMap<String, Vec<String>>,
    pub(crate) records: RecordPhrases,
}

/// How records speak of cars and of the past.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordPhrases {
    pub(crate) cars: Vec<String>,
    pub(crate) past: Vec<String>,
}

/// What the engine says in its own words.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phrases {
    pub(crate) personal: String,
    pub(crate) other_car: String,
    pub(crate) not_found: String,
    pub(crate) not_found_topicless: String,
    pub(crate) ask_options: String,
    pub(crate) ask_option: String,
    pub(crate) ask_open: String,
    pub(crate) ask_car: String,
    pub(crate) ask_variant: String,
    pub(crate) ask_year: String,
    pub(crate) closest: String,
    pub(crate) more_steps: String,
    pub(crate) or: String,
    pub(crate) nothing_said: String,
    pub(crate) small_talk: Vec<SmallTalk>,
}

/// A message that asks nothing of the library, and what is said to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmallTalk {
    pub(crate) cues: Vec<String>,
    pub(crate) say: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionTable {
    kind: Vec<KindRow>,
    answers: Answers,
    measures: BTreeMap<String, Vec<String>>,
    follow_up: FollowUp,
    imperatives: Imperatives,
    leaning: Leaning,
}

/// What tells that a question is of a kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KindRow {
    pub(crate) name: Kind,
    /// Phrases anywhere in a sentence.
    #[serde(default)]
    pub(crate) cues: Vec<String>,
    /// Phrases at its beginning.
    #[serde(default)]
    pub(crate) openings: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Answers {
    #[serde(flatten)]
    kinds: HashMap<Kind, String>,
    frequency: String,
    measuring: String,
    special: String,
    codes: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FollowUp {
    openings: Vec<String>,
    pronouns: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Imperatives {
    verbs: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Leaning {
    words: String,
    phrases: Vec<String>,
}

impl From<QuestionTable> for Questions {
    fn from(table: QuestionTable) -> Self {
        let set = |text: &str| text.split_whitespace().map(str::to_owned).collect::<HashSet<_>>();
        Self {
            kinds: table.kind,
            measuring: terms(&table.answers.measuring).into_iter().collect(),
            special: terms(&table.answers.special).into_iter().collect(),
            codes: terms(&table.answers.codes),
            frequency: set(&table.answers.frequency),
            answers: table.answers.kinds.iter().map(|(kind, words)| (*kind, set(words))).collect(),
            measures: table.measures,
            follow_up: table.follow_up.openings,
            pronouns: set(&table.follow_up.pronouns),
            verbs: set(&table.imperatives.verbs),
            leaning: set(&table.leaning.words),
            leaning_phrases: table.leaning.phrases,
        }
    }
}

/// `template` with each `{name}` replaced.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_valid() {
        toml::from_str::<QuestionTable>(QUESTIONS).unwrap();
        toml::from_str::<Vehicles>(VEHICLES).unwrap();
        toml::from_str::<Phrases>(PHRASES).unwrap();
        assert!(questions().verbs.contains("stop") && vehicles().models.contains_key("Lumen"));
        assert_eq!(fill(&phrases().personal, &[("car", "Lumen")]), "For your Lumen: ");
    }

    #[test]
    fn cues_are_written_as_questions_are_read() {
        let lists =
            questions().kinds.iter().flat_map(|row| [&row.cues, &row.openings]).chain(questions().measures.values());
        for cue in lists.flatten().chain(&questions().follow_up).chain(&questions().leaning_phrases) {
            assert_eq!(&language::terms::tokens(cue).join(" "), cue);
        }
    }
}
