//! Speaks a reply: releases it piece by piece, numbers what it rests on, ends where the listener has heard enough, and keeps
//! what was said.

use contract::record::Citation;
use contract::{Reply, TextSink};
use language::sentences::{sentences, without_list_mark};

use crate::listening::{Attention, Fate, Listener, Part, Rest};

/// The reply so far, and the sink that has heard all of it.
pub(crate) struct Voice<'a> {
    sink: &'a dyn TextSink,
    reply: Reply,
    attention: Attention,
    /// What leads to a list and waits for it, with its sources.
    lead: Option<(String, Vec<Citation>)>,
}

impl<'a> Voice<'a> {
    pub(crate) fn new(sink: &'a dyn TextSink, listener: Listener) -> Self {
        Self { sink, reply: Reply::default(), attention: Attention::of(listener), lead: None }
    }

    /// Warns of a danger: said whole, whoever listens and whatever was said before.
    pub(crate) fn warn(&mut self, guidance: &str, source: &Citation) {
        self.release_citing(guidance, &[source]);
    }

    /// Says what was done, or was not: whole, whoever listens and whatever was said before. It takes its part of what is
    /// said at once.
    pub(crate) fn tell(&mut self, result: &str) {
        self.attention.take(result);
        self.release(result.trim());
    }

    /// Keeps room for words that will end the reply.
    pub(crate) fn keep_room(&mut self, words: &str) {
        self.attention.take(words);
    }

    /// Says what stands before the answer and needs no source.
    pub(crate) fn remark(&mut self, text: &str) {
        self.say_part(text, Part::Remark);
    }

    /// Says what needs no source.
    pub(crate) fn say(&mut self, text: &str) {
        self.say_part(text, Part::Answer);
    }

    /// Says a sentence and what it rests on.
    pub(crate) fn say_citing(&mut self, sentence: &str, sources: &[&Citation]) {
        // What was said first for its importance is not said again when the model comes to it.
        if self.reply.text.contains(sentence.trim()) {
            return;
        }
        match self.attention.weigh(sentence.trim(), Part::Answer) {
            Fate::Said(told) => {
                if let Some((lead, its)) = self.lead.take() {
                    self.release_citing(&lead, &its.iter().collect::<Vec<_>>());
                }
                self.release_citing(told, sources);
            }
            Fate::Held => self.lead = Some((sentence.trim().into(), sources.iter().copied().cloned().collect())),
            Fate::LeftOut => self.lead = None,
        }
    }

    /// Notes that the answer goes on and will not be said.
    pub(crate) fn leave_out(&mut self) {
        self.attention.leave_out();
    }

    /// Who listens, and what they have not been told, if there is something.
    pub(crate) fn rest(&self) -> Option<(Listener, Rest)> {
        Some((self.attention.listener(), self.attention.rest()?))
    }

    /// Says what ends the reply: that there is more, or a question.
    pub(crate) fn conclude(&mut self, words: &str) {
        self.release(words);
    }

    /// Whether nothing was said so far.
    pub(crate) fn is_silent(&self) -> bool {
        self.reply.text.is_empty()
    }

    /// What was said, and what it rests on.
    pub(crate) fn into_reply(self) -> Reply {
        self.reply
    }

    fn say_part(&mut self, text: &str, part: Part) {
        for sentence in sentences(text) {
            if let Fate::Said(told) = self.attention.weigh(sentence, part) {
                self.release(told);
            }
        }
    }

    fn release_citing(&mut self, text: &str, sources: &[&Citation]) {
        let markers: String = sources.iter().map(|source| format!(" [{}]", self.number(source))).collect();
        self.release(&format!("{}{markers}", text.trim()));
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

    fn source(text: &str) -> Citation {
        Citation::from(&Fact { text: text.into(), source: "Profile".into() })
    }

    #[test]
    fn numbers_sources_in_the_order_of_their_first_use() {
        let (sink, first, second) = (RecordingSink::default(), source("a"), source("b"));
        let mut voice = Voice::new(&sink, Listener::Reader);
        voice.say("Hello. ");
        voice.say_citing("One.", &[&second]);
        voice.say_citing("1. Two.", &[&first, &second]);
        let reply = voice.into_reply();
        assert_eq!(reply.text, "Hello. One. [1]\n1. Two. [2] [1]");
        assert_eq!(reply.citations, [second, first]);
        assert_eq!(sink.heard().text, reply.text, "what was heard is what is kept");
        assert_eq!(sink.heard().citations, reply.citations);
    }

    #[test]
    fn a_warning_is_said_whole_and_costs_the_answer_nothing() {
        let (sink, guidance) = (RecordingSink::default(), "Stop at once. ".repeat(30));
        let mut voice = Voice::new(&sink, Listener::Driver);
        voice.warn(&guidance, &source("a"));
        voice.say("This needs a person right away.");
        let text = voice.into_reply().text;
        assert_eq!(text, format!("{} [1] This needs a person right away.", guidance.trim()));
    }

    #[test]
    fn a_driver_hears_what_leads_to_a_list_only_with_a_step_of_it() {
        let said = |step: &str| {
            let sink = RecordingSink::default();
            let mut voice = Voice::new(&sink, Listener::Driver);
            voice.say_citing("For your Corran:", &[&source("a")]);
            voice.say_citing(step, &[&source("b")]);
            assert!(voice.rest().is_some(), "there is more to every list");
            voice.into_reply()
        };
        assert_eq!(said("1. Stop at once.").text, "For your Corran: [1] Stop at once. [2]");
        let nothing = said("1. Unscrew the valve cap.");
        assert!(nothing.text.is_empty() && nothing.citations.is_empty(), "no citation without its marker");
    }
}
