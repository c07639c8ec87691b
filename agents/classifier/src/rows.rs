//! Reads labelled texts from JSON lines.

use serde::Deserialize;

use crate::classifier::Example;

/// One labelled text of a development or test set. Other fields of the line are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// What a customer says.
    pub text: String,
    /// The right intent, or one of the labels of `is_out_of_scope`.
    pub label: String,
    /// The part of the set, such as "train" or "dev".
    #[serde(default)]
    pub split: Option<String>,
    /// The chatbot whose intents these are, where a set holds several.
    #[serde(default)]
    pub bot: Option<String>,
}

impl From<Row> for Example {
    fn from(row: Row) -> Self {
        Self { text: row.text, label: row.label }
    }
}

/// A line that is no labelled text.
#[derive(Debug, thiserror::Error)]
#[error(
    "line {line}: {source}; expected one JSON object a line, such as {{\"text\": \"my tyre is flat\", \"label\": \"tyre\"}}"
)]
pub struct RowError {
    /// The number of the line, from 1.
    pub line: usize,
    source: serde_json::Error,
}

/// Reads every line that is not blank.
///
/// # Errors
/// The first line that is not a JSON object with a text and a label.
pub fn read_rows(lines: &str) -> Result<Vec<Row>, RowError> {
    let numbered = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered
        .map(|(index, line)| serde_json::from_str(line).map_err(|source| RowError { line: index + 1, source }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_with_and_without_their_optional_fields() {
        let lines = r#"
            {"text": "a", "label": "b", "domain": "x"}

            {"text": "c", "label": "d", "split": "dev", "bot": "e"}
        "#;
        let rows = read_rows(lines).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (rows[0].split.as_deref(), rows[1].split.as_deref(), rows[1].bot.as_deref()),
            (None, Some("dev"), Some("e"))
        );
    }

    #[test]
    fn an_error_names_its_line_and_what_is_missing() {
        for (lines, expected) in [
            ("{\"text\":\"a\",\"label\":\"b\"}\n{\"text\":\"a\"}", "line 2: missing field `label`"),
            ("hello", "line 1: expected value"),
            ("{\"text\":1,\"label\":\"b\"}", "line 1: invalid type"),
        ] {
            let error = read_rows(lines).unwrap_err().to_string();
            assert!(error.starts_with(expected) && error.contains("expected one JSON object"), "{error}");
        }
    }
}
