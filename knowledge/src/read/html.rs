//! HTML to headings and texts, without scripts, navigation and other furniture of a page.

use ego_tree::iter::Edge;
use scraper::node::Node;
use scraper::{Html, Selector};

use super::outline::{Block, ended, row_sentence};

/// Elements whose content is not part of the text.
const FURNITURE: [&str; 11] =
    ["script", "style", "template", "noscript", "nav", "footer", "aside", "button", "svg", "head", "iframe"];

/// Elements that begin and end a text of their own.
const BLOCKS: [&str; 16] = [
    "p",
    "li",
    "ul",
    "ol",
    "div",
    "section",
    "article",
    "main",
    "table",
    "blockquote",
    "pre",
    "dt",
    "dd",
    "figcaption",
    "br",
    "hr",
];

/// The page's title, if it has one, and its blocks. Broken HTML is read as a browser would.
pub(crate) fn blocks(html: &str) -> (Option<String>, Vec<Block>) {
    let page = Html::parse_document(html);
    let title = Selector::parse("title").ok().and_then(|title| {
        let text: String = page.select(&title).next()?.text().collect();
        Some(text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
    });
    let mut collector = Collector::default();
    // A walk over the edges of the tree, not a recursion: a page may be nested deeper than a stack.
    for edge in page.tree.root().traverse() {
        match edge {
            Edge::Open(node) => collector.open(node.value()),
            Edge::Close(node) => collector.close(node.value()),
        }
    }
    collector.flush();
    (title, collector.blocks)
}

#[derive(Default)]
struct Collector {
    blocks: Vec<Block>,
    text: String,
    furniture: usize,
    headers: Vec<String>,
    cells: Vec<String>,
    in_cell: bool,
    header_row: bool,
}

impl Collector {
    fn open(&mut self, node: &Node) {
        match node {
            Node::Text(text) if self.furniture == 0 => self.text.push_str(text),
            Node::Element(element) => match element.name() {
                name if FURNITURE.contains(&name) => self.furniture += 1,
                _ if self.furniture > 0 => {}
                "table" => {
                    self.flush();
                    self.headers.clear();
                }
                "tr" => {
                    self.flush();
                    self.cells.clear();
                    self.header_row = true;
                }
                "td" | "th" => {
                    self.text.clear();
                    self.in_cell = true;
                    self.header_row &= element.name() == "th";
                }
                name if BLOCKS.contains(&name) || level(name).is_some() => self.flush_outside_of_cells(),
                _ => {}
            },
            _ => {}
        }
    }

    fn close(&mut self, node: &Node) {
        let Node::Element(element) = node else { return };
        match element.name() {
            name if FURNITURE.contains(&name) => self.furniture = self.furniture.saturating_sub(1),
            _ if self.furniture > 0 => {}
            "td" | "th" => {
                let cell = self.taken();
                self.cells.push(cell);
                self.in_cell = false;
            }
            "tr" => self.row(),
            name => match level(name) {
                Some(level) => {
                    let text = self.taken();
                    self.blocks.push(Block::Heading { level, text });
                }
                None if BLOCKS.contains(&name) => self.flush_outside_of_cells(),
                None => {}
            },
        }
    }

    /// The first row of only header cells names the columns; every other row is a sentence.
    fn row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        if self.header_row && self.headers.is_empty() {
            self.headers = cells;
        } else {
            self.blocks.push(Block::Text(row_sentence(&self.headers, &cells)));
        }
    }

    /// A paragraph inside a table cell belongs to its row, so it only ends a word there.
    fn flush_outside_of_cells(&mut self) {
        match self.in_cell {
            true => self.text.push(' '),
            false => self.flush(),
        }
    }

    fn flush(&mut self) {
        let text = self.taken();
        if !text.is_empty() {
            self.blocks.push(Block::Text(ended(&text)));
        }
    }

    fn taken(&mut self) -> String {
        std::mem::take(&mut self.text).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_text_and_drops_the_furniture() {
        let page = "<html><head><title> Home  charging </title><script>var x = '<p>no</p>';</script></head><body>\
                    <nav><p>Menu</p></nav><h1>Home <em>charging</em></h1><p>Use a wallbox</p>\
                    <ul><li>Plug in<li>Wait</ul><table><tr><th>Box<th>Power</tr>\
                    <tr><td><p>Mini</p></td><td>11 kW</td></tr></table><h3>Cost</h3>Loose text</body></html>";
        let (title, blocks) = blocks(page);
        let text = |text: &str| Block::Text(text.into());
        let heading = |level, text: &str| Block::Heading { level, text: text.into() };
        assert_eq!(title.as_deref(), Some("Home charging"));
        assert_eq!(
            blocks,
            [
                heading(1, "Home charging"),
                text("Use a wallbox."),
                text("Plug in."),
                text("Wait."),
                text("Box: Mini; Power: 11 kW."),
                heading(3, "Cost"),
                text("Loose text.")
            ]
        );
    }

    #[test]
    fn broken_and_hostile_pages_are_read() {
        for odd in ["", "<", "</p></table>", "<table><tr><td><table>", "<h1>", &"<div>".repeat(2_000)] {
            blocks(odd);
        }
    }
}
