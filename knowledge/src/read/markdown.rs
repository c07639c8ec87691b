//! Markdown, with tables, to headings and texts.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::outline::{Block, ended, row_sentence};

/// The blocks of a Markdown text. Nothing can be wrong with Markdown: every text is some Markdown.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut collector = Collector::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        collector.take(event);
    }
    collector.flush();
    collector.blocks
}

#[derive(Default)]
struct Collector {
    blocks: Vec<Block>,
    text: String,
    headers: Vec<String>,
    cells: Vec<String>,
}

impl Collector {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            Event::Start(tag) => self.open(&tag),
            Event::End(tag) => self.close(tag),
            // Raw HTML is markup or a comment, never a sentence.
            _ => {}
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag {
            // An item's own text ends where its inner list begins.
            Tag::List(_) | Tag::Item | Tag::Paragraph | Tag::Heading { .. } | Tag::Table(_) => self.flush(),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                let text = std::mem::take(&mut self.text);
                self.blocks.push(Block::Heading { level: level as u8, text });
            }
            TagEnd::TableCell => self.cells.push(std::mem::take(&mut self.text)),
            TagEnd::TableHead => self.headers = std::mem::take(&mut self.cells),
            TagEnd::TableRow => {
                let row = row_sentence(&self.headers, &std::mem::take(&mut self.cells));
                self.blocks.push(Block::Text(row));
            }
            TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock | TagEnd::BlockQuote(_) => self.flush(),
            _ => {}
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.trim().is_empty() {
            self.blocks.push(Block::Text(ended(&text)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str) -> Vec<String> {
        let show = |block| match block {
            Block::Heading { level, text } => format!("{level} {text}"),
            Block::Text(text) => text,
        };
        blocks(markdown).into_iter().map(show).collect()
    }

    #[test]
    fn headings_paragraphs_lists_and_tables() {
        let markdown = "# Tyres\n\nCheck **monthly**,\nplease.\n\n1. Stop\n2. Wait:\n   - a minute\n\n## Pressure\n\n\
                        | Load | Front |\n|---|---|\n| Full | `2.6 bar` |\n| Light |  |\n\n<!-- note -->\n> Quoted\n";
        assert_eq!(
            shown(markdown),
            [
                "1 Tyres",
                "Check monthly, please.",
                "Stop.",
                "Wait:",
                "a minute.",
                "2 Pressure",
                "Load: Full; Front: 2.6 bar.",
                "Load: Light.",
                "Quoted."
            ]
        );
    }

    #[test]
    fn any_text_is_some_markdown() {
        for odd in ["", "|", "|--|\n|", "# ", "1. \n- \n> ", "![](", "\u{0}", &"> ".repeat(2_000), &"- ".repeat(2_000)]
        {
            blocks(odd);
        }
    }
}
