//! Measures everything that is promised: the analysts, the library, the car's grammar, and whole conversations.
//!
//! [`measure`] takes the product's parts as they are given, so that a change can be measured before it lands, and a broken part
//! shows which figure it breaks. What was measured is compared with a [`baseline`]; `motorline eval all` prints both.

pub mod baseline;
pub mod conversation_file;
pub mod figure;
pub mod house;
pub mod replies;
pub mod report;
pub mod scenes;
pub mod sets;
pub mod statistics;

pub(crate) mod analysts;
pub(crate) mod context;
pub(crate) mod incar;
pub(crate) mod retrieval;

mod plots;
mod spoken;

use std::path::PathBuf;

use cockpit::reading::Reader;
use serde::Deserialize;

use self::figure::{Figure, Measured, ids};
use self::house::House;
use self::replies::Replies;
use self::sets::{Set, of_kind};
use crate::roster::SelfTaught;
use crate::settings::Settings;

/// What is measured on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bench {
    /// The folder of labelled files.
    pub sets: PathBuf,
    /// The folder of conversation files.
    pub conversations: PathBuf,
}

/// What came of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// The figures, and the rows that were not as they should be.
    pub measured: Measured,
    /// What a reader should know besides, a sentence each.
    pub notes: Vec<String>,
}

/// Measures the product with the agents that `staff` makes: the built-in engine alone, and once more with models where the
/// settings name some.
///
/// # Errors
/// In words, when a file is broken or the product does not open. A figure that is bad is no error.
pub async fn measure(
    settings: &Settings,
    bench: &Bench,
    staff: impl Fn() -> contract::Result<SelfTaught>,
) -> Result<Run, String> {
    let hired = || staff().map_err(|error| error.to_string());
    let mut run = Run::default();
    let agents = hired()?;
    analysed(&agents, bench, &mut run).await?;
    let house = House::open(settings, agents, false).await?;
    for set in kind(bench, "retrieval", &mut run)? {
        run.measured.add(retrieval::measured(house.library(), &set).await?);
    }
    let spent = talked(&house, settings, bench, "", &mut run).await?;
    run.notes.push(format!("The built-in engine alone: models were paid {spent} millionths of a dollar."));
    if settings.models.uris().any(|uri| !uri.starts_with("offline://")) {
        let house = House::open(settings, hired()?, true).await?;
        let spent = talked(&house, settings, bench, " (models)", &mut run).await?;
        run.notes.push(format!("With the models of the settings: they were paid {spent} millionths of a dollar."));
    }
    run.measured.figures.retain(|figure| !figure.rows.is_empty());
    Ok(run)
}

/// The files of a kind; that there is none is worth a note.
fn kind(bench: &Bench, kind: &str, run: &mut Run) -> Result<Vec<Set>, String> {
    let sets = of_kind(&bench.sets, kind)?;
    if sets.is_empty() {
        run.notes.push(format!("{} has no set of the kind {kind}: it was not measured.", bench.sets.display()));
    }
    Ok(sets)
}

/// Measures what needs no conversation.
async fn analysed(agents: &SelfTaught, bench: &Bench, run: &mut Run) -> Result<(), String> {
    for set in kind(bench, "intent", run)? {
        run.measured.add(analysts::intents(&agents.intent, &set)?);
    }
    for set in kind(bench, "sentiment", run)? {
        run.measured.add(analysts::moods(&agents.sentiment, &set.name, &set.text)?);
    }
    for set in kind(bench, "answers", run)? {
        run.measured.add(analysts::answers(&agents.intent, &set).await?);
    }
    let reader = Reader::shipped().map_err(|error| error.to_string())?;
    let dialogues = kind(bench, "incar", run)?;
    run.measured.add(incar::measured(&reader, &dialogues)?);
    Ok(())
}

/// Measures what is said in conversations. Returns what models were paid, in millionths of a dollar.
async fn talked(house: &House, settings: &Settings, bench: &Bench, arm: &str, run: &mut Run) -> Result<u64, String> {
    let mut replies = Replies::new(settings);
    run.measured.add(replies::conversations(house, &bench.conversations, arm, &mut replies).await?);
    let named = |set: Set| Set { name: format!("{}{arm}", set.name), ..set };
    for set in kind(bench, "routing", run)?.into_iter().map(named) {
        run.measured.add(spoken::routing(house, &set, &mut replies).await?);
    }
    for set in kind(bench, "dangers", run)?.into_iter().map(named) {
        run.measured.add(spoken::dangers(house, &set, &mut replies).await?);
    }
    for set in kind(bench, "refusals", run)?.into_iter().map(named) {
        run.measured.add(spoken::refusals(house, &set, &mut replies).await?);
    }
    for set in kind(bench, "prompts", run)?.into_iter().map(named) {
        run.measured.add(prompted(house, &set)?);
    }
    let spent = replies.spent_micro_usd();
    run.measured.add(replies.measured(arm));
    Ok(spent)
}

/// What a governed prompt must say.
#[derive(Debug, Deserialize)]
struct Boundary {
    /// The words.
    says: String,
}

/// Whether every prompt that a model was given in this run says what the house demands of it.
fn prompted(house: &House, set: &Set) -> Result<Measured, String> {
    let (boundaries, prompts): (Vec<Boundary>, _) = (set.rows()?, house.prompts());
    let ids = ids(boundaries.iter().map(|boundary| &*boundary.says));
    let (mut rows, mut misses) = (Vec::new(), Vec::new());
    for (id, Boundary { says }) in ids.into_iter().zip(&boundaries) {
        let without = prompts.iter().filter(|prompt| !prompt.contains(says.as_str())).count();
        rows.push((id, without == 0 && !prompts.is_empty()));
        if without > 0 {
            let got = format!("{without} of {} prompts do not say it", prompts.len());
            misses.push(analysts::miss(&set.name, says, "in every prompt", &got));
        }
    }
    let figure = Figure::share(&set.name, "boundaries that every prompt states", rows).strict();
    Ok(Measured { figures: vec![figure], misses })
}
