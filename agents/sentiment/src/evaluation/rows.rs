//! Reads labelled messages from JSON lines.

use serde::Deserialize;

use crate::{Polarity, Urgency};

/// One labelled message. Every label may be missing; other fields are ignored.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    /// The message.
    pub text: String,
    /// The tone that people hear: negative, neutral or positive.
    pub label: Option<Polarity>,
    /// The urgency that people see: routine, soon, urgent or emergency.
    pub urgency: Option<Urgency>,
    /// The mean of human ratings of polarity, on any linear scale.
    pub mean: Option<f64>,
    /// Where the message comes from; ratings are compared within a source.
    pub source: Option<String>,
}

/// A line that is no labelled message.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {source} (each line is an object with \"text\", and \"label\", \"urgency\" or \"mean\")")]
pub struct RowError {
    /// Counted from 1.
    pub line: usize,
    /// What the JSON reader says.
    pub source: serde_json::Error,
}

/// Reads one row from each line; blank lines are skipped.
///
/// # Errors
/// At the first line that is no row.
pub fn read_rows(lines: &str) -> Result<Vec<Row>, RowError> {
    let numbered = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered
        .map(|(index, line)| serde_json::from_str(line).map_err(|source| RowError { line: index + 1, source }))
        .collect()
}
