//! Speaks a reply: releases it piece by piece, numbers what it rests on, and keeps what was said.

use contract::record::Citation;
use contract::{Reply, TextSink};
use language::sentences::without_list_mark;

/// The reply so far, and the sink that has heard all of it.
pub(crate) struct Voice<'a> {
    sink: &'a dyn TextSink,
    reply: Reply,
}

impl<'a> Voice<'a> {
    pub(crate) fn new(sink: &'a dyn TextSink) -> Self {
        Self { sink, reply: Reply::default() }
    }

    /// Says a sentence that needs no source.
    pub(crate) fn say(&mut self, sentence: &str) {
        self.release(sentence.trim());
    }

    /// Says a sentence and what it rests on.
    pub(crate) fn say_citing(&mut self, sentence: &str, sources: &[&Citation]) {
        // What was said first for its importance is not said again when the model comes to it.
        if self.reply.text.contains(sentence.trim()) {
            return;
        }
        let markers: String = sources.iter().map(|source| format!(" [{}]", self.number(source))).collect();
        self.release(&format!("{}{markers}", sentence.trim()));
    }

    /// Whether nothing was said so far.
    pub(crate) fn is_silent(&self) -> bool {
        self.reply.text.is_empty()
    }

    /// The finished reply, written by `model` under the prompt of this version.
    pub(crate) fn into_reply(self, model: &str, prompt_version: &str) -> Reply {
        Reply { model: model.into(), prompt_version: prompt_version.into(), ..self.reply }
    }

    /// The number of a source; the same source keeps its number.
    fn number(&mut self, source: &Citation) -> usize {
        let same = |known: &Citation| {
            known.document == source.document && known.section == source.section && known.text == source.text
        };
        if let Some(index) = self.reply.citations.iter().position(same) {
            return index + 1;
        }
        self.sink.cite(source);
        self.reply.citations.push(source.clone());
        self.reply.citations.len()
    }

    fn release(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        // A step of a list stands on a line of its own.
        let is_step = without_list_mark(piece).len() < piece.len();
        let gap = match (self.is_silent(), is_step) {
            (true, _) => "",
            (false, true) => "\n",
            (false, false) => " ",
        };
        let piece = format!("{gap}{piece}");
        self.sink.release(&piece);
        self.reply.text.push_str(&piece);
    }
}

#[cfg(test)]
mod tests {
    use contract::finding::Fact;
    use contract::testing::RecordingSink;

    use super::*;

    #[test]
    fn numbers_sources_in_the_order_of_their_first_use() {
        let source = |text: &str| Citation::from(&Fact { text: text.into(), source: "Profile".into() });
        let (sink, first, second) = (RecordingSink::default(), source("a"), source("b"));
        let mut voice = Voice::new(&sink);
        voice.say("Hello. ");
        voice.say_citing("One.", &[&second]);
        voice.say_citing("1. Two.", &[&first, &second]);
        let reply = voice.into_reply("m", "v");
        assert_eq!(reply.text, "Hello. One. [1]\n1. Two. [2] [1]");
        assert_eq!(reply.citations, [second, first]);
        assert_eq!(sink.heard().text, reply.text, "what was heard is what is kept");
        assert_eq!(sink.heard().citations, reply.citations);
    }
}
