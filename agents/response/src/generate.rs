//! Lets a model speak, sentence by sentence, and says only what the evidence supports.

use contract::ports::LanguageModel;
use contract::prompt::{Delta, Ending, Prompt, Stop};
use contract::record::Citation;
use contract::{Errand, Error, ErrorKind, Result};
use futures::StreamExt;
use language::sentences::{citations, sentences};
use language::support::{Sources, Verdict};

use crate::voice::Voice;

/// Which sentences of a model may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admit {
    /// What is supported, and what claims nothing: questions, admissions.
    Everything,
    /// Only what is supported: another voice has said the rest.
    SupportedOnly,
}

/// What was spoken of a generation.
#[derive(Debug)]
pub(crate) struct Spoken {
    /// How it ended.
    pub(crate) ending: Ending,
    /// Whether it broke off behind something that had been said.
    pub(crate) broke_off: bool,
}

/// Generates an answer to `prompt` and speaks each sentence as soon as it is whole and found to be supported.
///
/// When the generation breaks off and begins again, what was said stays said. If that was part of an answer, nothing is added:
/// what another voice says of the same matter is no continuation.
///
/// # Errors
/// Those of the model; `Internal` when its stream ends without an end. What was said until then stays said.
pub(crate) async fn speak(
    voice: &mut Voice<'_>,
    model: &dyn LanguageModel,
    prompt: &Prompt,
    errand: &Errand,
    admit: Admit,
) -> Result<Spoken> {
    let gate = Gate::new(&prompt.evidence, admit);
    let mut draft = String::new();
    let mut answered = false;
    let mut broke_off = false;
    let mut deltas = model.generate(prompt, errand).await?;
    while let Some(delta) = deltas.next().await {
        match delta? {
            Delta::Text(_) if broke_off => {}
            Delta::Text(text) => {
                draft.push_str(&text);
                for sentence in take_whole(&mut draft) {
                    answered |= gate.pass(voice, &sentence);
                }
            }
            Delta::Restart => {
                draft.clear();
                broke_off = answered;
            }
            Delta::End(ending) => {
                // A sentence cut by the maximum is not said: half a warning may say the contrary.
                let cut = ending.stop == Stop::Length;
                for sentence in sentences(&draft).into_iter().filter(|last| !cut || ends(last)) {
                    gate.pass(voice, sentence);
                }
                if cut {
                    voice.leave_out();
                }
                return Ok(Spoken { ending, broke_off });
            }
        }
    }
    Err(Error::new(ErrorKind::Internal, "the model stopped in the middle of its answer"))
}

/// Takes the sentences that are surely whole out of the draft: all but the last, behind which a marker may still come.
fn take_whole(draft: &mut String) -> Vec<String> {
    let mut whole: Vec<String> = sentences(draft).into_iter().map(str::to_owned).collect();
    let Some(last) = whole.pop() else { return Vec::new() };
    let half_a_marker = last.starts_with('[') && !last.contains(']');
    if whole.is_empty() || half_a_marker {
        return Vec::new();
    }
    let trailing = &draft[draft.trim_end().len()..];
    *draft = last + trailing;
    whole
}

fn ends(sentence: &str) -> bool {
    sentence.trim_end().ends_with(['.', '!', '?', '…', ']'])
}

/// Judges sentences against the evidence.
struct Gate<'a> {
    evidence: &'a [Citation],
    sources: Sources,
    admit: Admit,
}

impl<'a> Gate<'a> {
    fn new(evidence: &'a [Citation], admit: Admit) -> Self {
        // The headings name what a text is about, so a sentence may rest on them too.
        let texts = evidence.iter().map(|found| format!("{}. {}. {}", found.title, found.section, found.text));
        Self { evidence, sources: Sources::new(texts), admit }
    }

    /// Says the sentence if it may be said. Returns whether it was.
    fn pass(&self, voice: &mut Voice<'_>, sentence: &str) -> bool {
        let (plain, cited) = citations(sentence);
        let mut found = self.sources.judge(sentence);
        if let Verdict::UnknownCitation(_) = found.verdict {
            found = self.sources.judge(&plain);
        }
        match (found.verdict, found.best) {
            (Verdict::Supported, _) => voice.say_citing(&plain, &self.at(&cited)),
            (Verdict::NoClaim, _) if self.admit == Admit::Everything && cited.is_empty() => voice.say(&plain),
            // It may stand, but the model named the wrong source or none: name the one that supports it.
            (Verdict::Uncited | Verdict::Unsupported, Some(best)) => {
                voice.say_citing(&plain, &self.at(&[best]));
            }
            (verdict, _) => {
                tracing::debug!(?verdict, "a sentence was withheld");
                return false;
            }
        }
        true
    }

    fn at(&self, numbers: &[usize]) -> Vec<&'a Citation> {
        numbers.iter().filter_map(|number| self.evidence.get(number.checked_sub(1)?)).collect()
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use contract::Usage;
    use contract::finding::Fact;
    use contract::ports::Deltas;
    use contract::testing::{RecordingSink, errand};

    use super::*;
    use crate::listening::Listener;

    /// A model that says exactly this; `RESTART` is a new beginning.
    struct Script(Vec<std::result::Result<&'static str, ErrorKind>>, Option<Stop>);

    const RESTART: &str = "\u{0}";

    #[async_trait]
    impl LanguageModel for Script {
        fn name(&self) -> &str {
            "script"
        }

        async fn generate(&self, _prompt: &Prompt, _errand: &Errand) -> Result<Deltas> {
            let text = |piece: &std::result::Result<&str, ErrorKind>| match piece {
                Ok(RESTART) => Ok(Delta::Restart),
                Ok(text) => Ok(Delta::Text((*text).to_owned())),
                Err(kind) => Err(Error::new(*kind, "planted")),
            };
            let end = self.1.map(|stop| Ok(Delta::End(Ending::of("script", Usage::default(), stop))));
            Ok(futures::stream::iter(self.0.iter().map(text).chain(end).collect::<Vec<_>>()).boxed())
        }

        async fn ready(&self) -> Result<()> {
            Ok(())
        }
    }

    async fn said(model: Script, admit: Admit) -> (String, Result<Spoken>) {
        let source = |text: &str| Citation::from(&Fact { text: text.into(), source: "Manual".into() });
        let prompt = Prompt {
            instructions: String::new(),
            version: String::new(),
            history: Vec::new(),
            evidence: vec![
                source("The cold tyre pressure of the Lumen is 2.5 bar at the front."),
                source("Do not wash the engine bay of the Lumen with a pressure washer."),
            ],
            question: "?".into(),
            max_output_tokens: 150,
            temperature: 0.0,
            shape: None,
        };
        let sink = RecordingSink::default();
        let mut voice = Voice::new(&sink, Listener::Reader);
        let outcome = speak(&mut voice, &model, &prompt, &errand(), admit).await;
        (sink.heard().text, outcome)
    }

    #[tokio::test]
    async fn only_what_the_evidence_supports_is_said() {
        let cases = [
            ("The tyre pressure is 2.5 bar at the front. [1]", "The tyre pressure is 2.5 bar at the front. [1]"),
            // The wrong source or none: the right one is named instead.
            ("The tyre pressure is 2.5 bar at the front.", "The tyre pressure is 2.5 bar at the front. [1]"),
            ("The tyre pressure is 2.5 bar at the front. [9]", "The tyre pressure is 2.5 bar at the front. [1]"),
            // A figure that no source has, the contrary of a source, and what no source speaks of.
            ("The tyre pressure is 2.9 bar at the front. [1]", ""),
            ("You can wash the engine bay with a pressure washer. [2]", ""),
            ("Roof tents weigh less than surfboards. [1]", ""),
            // What claims nothing needs no source.
            ("Which car is it?", "Which car is it?"),
        ];
        for (spoken, expected) in cases {
            let (text, outcome) = said(Script(vec![Ok(spoken)], Some(Stop::Complete)), Admit::Everything).await;
            assert_eq!(text, expected, "{spoken:?}");
            assert!(outcome.is_ok());
        }
    }

    #[tokio::test]
    async fn with_a_person_on_the_way_only_supported_sentences_are_said() {
        let pieces = vec![Ok("Which car is it? The tyre pressure is 2.5 bar at the front. [1]")];
        let (text, _) = said(Script(pieces, Some(Stop::Complete)), Admit::SupportedOnly).await;
        assert_eq!(text, "The tyre pressure is 2.5 bar at the front. [1]");
    }

    #[tokio::test]
    async fn a_sentence_may_come_in_any_pieces() {
        let pieces = ["The tyre pres", "sure is 2", ".5 bar at the front.", " [", "1]", " Which car", " is it?"];
        let (text, _) = said(Script(pieces.map(Ok).to_vec(), Some(Stop::Complete)), Admit::Everything).await;
        assert_eq!(text, "The tyre pressure is 2.5 bar at the front. [1] Which car is it?");
    }

    #[tokio::test]
    async fn who_takes_over_answers_only_if_nothing_was_answered() {
        const FIRST: &str = "The tyre pressure is 2.5 bar at the front. [1] ";
        const OTHER: &str = "Do not wash the engine bay with a pressure washer. [2]";
        let cases = [
            (vec![FIRST, "Do not wash", RESTART, OTHER], "The tyre pressure is 2.5 bar at the front. [1]", true),
            (vec!["The tyre press", RESTART, OTHER], "Do not wash the engine bay with a pressure washer. [1]", false),
        ];
        for (pieces, expected, broke_off) in cases {
            let script = Script(pieces.into_iter().map(Ok).collect(), Some(Stop::Complete));
            let (text, outcome) = said(script, Admit::Everything).await;
            assert_eq!((text.as_str(), outcome.unwrap().broke_off), (expected, broke_off));
        }
    }

    #[tokio::test]
    async fn a_sentence_cut_by_the_maximum_is_not_said() {
        let pieces = vec![Ok("The tyre pressure is 2.5 bar at the front. [1] Do not wash the engine")];
        let (text, outcome) = said(Script(pieces, Some(Stop::Length)), Admit::Everything).await;
        assert_eq!(text, "The tyre pressure is 2.5 bar at the front. [1]");
        assert!(outcome.is_ok());
    }

    #[tokio::test]
    async fn a_broken_stream_is_an_error_and_what_was_said_stays() {
        let begun = "The tyre pressure is 2.5 bar at the front. [1] Which";
        let broken = said(Script(vec![Ok(begun), Err(ErrorKind::Unavailable)], None), Admit::Everything).await;
        assert_eq!(broken.0, "The tyre pressure is 2.5 bar at the front. [1]");
        assert_eq!(broken.1.unwrap_err().kind, ErrorKind::Unavailable);
        let endless = said(Script(vec![Ok(begun)], None), Admit::Everything).await;
        assert_eq!(endless.1.unwrap_err().kind, ErrorKind::Internal);
    }
}
