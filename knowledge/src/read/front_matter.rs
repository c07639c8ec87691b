//! The lines between `---` and `---` at the head of a file: what the document is and what it holds for.

use contract::finding::DocumentKind;
use serde::Deserialize;

use super::Problem;

/// What a file says about itself. Every key may be missing; an unknown key is an error.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FrontMatter {
    pub(crate) document: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) chapter: Option<String>,
    pub(crate) kind: Option<Kind>,
    pub(crate) models: Vec<String>,
    pub(crate) years: Vec<u16>,
    pub(crate) markets: Vec<String>,
    pub(crate) language: Option<String>,
}

/// The kinds of documents that files may be. Trouble codes and records do not come from files with front matter.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Manual,
    Faq,
    Policy,
}

const HINT: &str = "the keys are document, title, chapter, kind (manual, faq or policy), models, years, markets and \
                    language; lists are written [a, b]";

/// Splits `text` into its front matter, if it has one, and the rest.
pub(crate) fn split(text: &str) -> Result<(FrontMatter, &str), Problem> {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else {
        return Ok((FrontMatter::default(), text));
    };
    let mut length = 0;
    for line in lines {
        if line.trim_end() == "---" {
            let (yaml, rest) = text[first.len()..].split_at(length);
            return Ok((parse(yaml)?, &rest[line.len()..]));
        }
        length += line.len();
    }
    Err(Problem::text("the front matter does not end").line(1).hint("close it with a line ---"))
}

fn parse(yaml: &str) -> Result<FrontMatter, Problem> {
    let front: FrontMatter = serde_saphyr::from_str(yaml).map_err(|error| {
        let message = error.without_snippet().to_string();
        let problem = Problem::text(format!("front matter: {message}")).hint(HINT);
        match error.location() {
            Some(location) => problem.line(location.line() + 1), // the line --- comes before the YAML
            None => problem,
        }
    })?;
    let named = [&front.document, &front.title, &front.language];
    if named.into_iter().flatten().any(|value| value.trim().is_empty()) {
        return Err(Problem::text("front matter: document, title and language must not be empty").line(1).hint(HINT));
    }
    Ok(front)
}

impl From<Kind> for DocumentKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Manual => Self::Manual,
            Kind::Faq => Self::Faq,
            Kind::Policy => Self::Policy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_keys_and_leaves_the_rest() {
        let (front, rest) = split("---\ndocument: a\nyears: [2022, 2023]\nkind: faq\n---\n# Text\n").unwrap();
        assert_eq!((front.document.as_deref(), front.years), (Some("a"), vec![2022, 2023]));
        assert!(matches!(front.kind, Some(Kind::Faq)));
        assert_eq!(rest, "# Text\n");
    }

    #[test]
    fn a_file_without_front_matter_is_all_text() {
        for text in ["", "# Text\n", "--- no\n", "a\n---\nb: 1\n---\n"] {
            assert_eq!(split(text).unwrap().1, text);
        }
    }

    #[test]
    fn says_which_line_is_wrong_and_which_keys_there_are() {
        for (text, line) in [
            ("---\ndocument: a\nmodel: Lumen\n---\n", 3),
            ("---\nkind: novel\n---\n", 2),
            ("---\ndocument: a\nyears: soon\n---\n", 3),
            ("---\ndocument: a\n", 1),
            ("---\r\ntitle: ''\r\n---\r\n", 1),
        ] {
            let problem = split(text).unwrap_err();
            assert_eq!(problem.line, Some(line), "{text:?}: {problem}");
            assert!(problem.hint.is_some());
        }
    }
}
