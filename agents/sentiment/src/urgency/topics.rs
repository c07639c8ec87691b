//! Reads the hazard table: topics, their patterns by urgency, and what merely looks alike.

use serde::Deserialize;

use super::{Urgency, frames::FrameTable};
use crate::{
    patterns::{Match, PatternBook},
    tables::{self, Sets, TableError, Tables},
};

/// `data/hazards.toml` as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HazardTable {
    #[serde(default)]
    pub(super) sets: Sets,
    topic: Vec<TopicTable>,
    pub(super) frames: FrameTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicTable {
    name: String,
    safety: bool,
    #[serde(default)]
    emergency: Vec<String>,
    #[serde(default)]
    urgent: Vec<String>,
    #[serde(default)]
    soon: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
}

/// What evidence can be about.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) name: String,
    pub(super) safety: bool,
}

/// What a pattern stands for: a topic at an urgency, or, without urgency, its harmless look-alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) topic: usize,
    pub(super) urgency: Option<Urgency>,
}

pub(super) fn parse(tables: &Tables<'_>) -> Result<HazardTable, TableError> {
    tables::parse("hazards", tables.hazards)
}

/// Puts the patterns of all topics into one book.
pub(super) fn compile(table: HazardTable) -> Result<(Vec<Topic>, PatternBook<Rule>), TableError> {
    let mut book = PatternBook::new("hazards", &table.sets);
    let mut topics = Vec::new();
    for (topic, entry) in table.topic.into_iter().enumerate() {
        let levels = [
            (Some(Urgency::Emergency), &entry.emergency),
            (Some(Urgency::Urgent), &entry.urgent),
            (Some(Urgency::Soon), &entry.soon),
            (None, &entry.not),
        ];
        for (urgency, patterns) in levels {
            patterns.iter().try_for_each(|pattern| book.add(pattern, Rule { topic, urgency }))?;
        }
        topics.push(Topic { name: entry.name, safety: entry.safety });
    }
    Ok((topics, book))
}

/// For each topic, which tokens belong to a harmless look-alike; empty where there is none.
pub(super) fn harmless_tokens(found: &[Match<'_, Rule>], topics: usize, tokens: usize) -> Vec<Vec<bool>> {
    let mut harmless = vec![Vec::new(); topics];
    for found in found.iter().filter(|found| found.value.urgency.is_none()) {
        let Some(covered) = harmless.get_mut(found.value.topic) else {
            continue;
        };
        covered.resize(tokens, false);
        if let Some(words) = covered.get_mut(found.first..found.end) {
            words.fill(true);
        }
    }
    harmless
}
