//! Builds the tree of headed sections from the flat run of headings and texts that every format can give.

use language::sentences::sentences;

use super::Section;

/// A piece of a file in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    /// A heading; level 1 is the highest.
    Heading { level: u8, text: String },
    /// A paragraph, list item or table row.
    Text(String),
}

impl Block {
    pub(crate) fn heading(&self) -> Option<&str> {
        match self {
            Self::Heading { text, .. } => Some(text),
            Self::Text(_) => None,
        }
    }
}

/// The root section over all blocks. A heading opens a section inside the nearest open one of a higher rank.
pub(crate) fn outline(blocks: Vec<Block>) -> Section {
    let mut open: Vec<(u8, Section)> = vec![(0, Section::default())];
    for block in blocks {
        match block {
            Block::Heading { level, text } => {
                close_down_to(&mut open, level.max(1));
                open.push((level.max(1), Section { heading: tidy(&text), ..Section::default() }));
            }
            Block::Text(text) => {
                if let Some((_, section)) = open.last_mut() {
                    section.sentences.extend(sentences(&tidy(&text)).into_iter().map(str::to_owned));
                }
            }
        }
    }
    close_down_to(&mut open, 1);
    open.pop().map(|(_, root)| root).unwrap_or_default()
}

/// One table row as a sentence: `header: cell; header: cell.`
pub(crate) fn row_sentence(headers: &[String], cells: &[String]) -> String {
    let named =
        cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()).map(|(column, cell)| {
            match headers.get(column).map(|header| header.trim()).filter(|header| !header.is_empty()) {
                Some(header) => format!("{header}: {}", cell.trim()),
                None => cell.trim().to_owned(),
            }
        });
    ended(&named.collect::<Vec<_>>().join("; "))
}

/// `text` with a full stop, unless it already ends like a sentence.
pub(crate) fn ended(text: &str) -> String {
    let text = text.trim_end();
    match text.trim_end_matches(['"', '”', ')', '\'']).chars().next_back() {
        None => text.to_owned(),
        Some('.' | '!' | '?' | ':' | ';' | '…') => text.to_owned(),
        Some(_) => format!("{text}."),
    }
}

fn close_down_to(open: &mut Vec<(u8, Section)>, level: u8) {
    while open.len() > 1 && open.last().is_some_and(|(depth, _)| *depth >= level) {
        let closed = open.pop();
        if let (Some((_, section)), Some((_, parent))) = (closed, open.last_mut()) {
            parent.children.push(section);
        }
    }
}

/// One space between words, none around; control characters are no text.
fn tidy(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(level: u8, text: &str) -> Block {
        Block::Heading { level, text: text.into() }
    }

    #[test]
    fn headings_nest_by_rank_even_when_ranks_are_skipped() {
        let text = |text: &str| Block::Text(text.into());
        let root = outline(vec![
            text("Lead."),
            heading(1, "A"),
            heading(3, "A1"),
            text("One."),
            heading(2, "A2"),
            text("Two.\n Three."),
            heading(1, "B"),
        ]);
        assert_eq!(root.sentences, ["Lead."]);
        let [a, b] = root.children.as_slice() else { panic!("{root:?}") };
        assert_eq!((a.heading.as_str(), b.heading.as_str()), ("A", "B"));
        assert_eq!(a.children.iter().map(|s| s.heading.as_str()).collect::<Vec<_>>(), ["A1", "A2"]);
        assert_eq!(a.children[1].sentences, ["Two.", "Three."]);
    }

    #[test]
    fn a_row_names_its_columns() {
        let strings = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>();
        let headers = strings(&["Load", "", "Rear"]);
        assert_eq!(row_sentence(&headers, &strings(&["Full", "2.5 bar", "", "x"])), "Load: Full; 2.5 bar; x.");
        assert_eq!(row_sentence(&headers, &[]), "");
    }

    #[test]
    fn a_sentence_gets_one_end() {
        for (text, end) in [("Stop", "Stop."), ("Stop.", "Stop."), ("\"Stop!\"", "\"Stop!\""), ("Do:", "Do:"), ("", "")]
        {
            assert_eq!(ended(text), end);
        }
    }
}
