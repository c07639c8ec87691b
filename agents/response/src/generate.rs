//! Lets a model speak, sentence by sentence, and says only what the evidence supports.

use contract::ports::LanguageModel;
use contract::prompt::{Delta, Prompt, Stop};
use contract::record::Citation;
use contract::{Error, ErrorKind, Result, Usage};
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

/// Generates an answer to `prompt` and speaks each sentence as soon as it is whole and found to be supported.
///
/// # Errors
/// Those of the model; `Internal` when its stream ends without an end. What was said until then stays said.
pub(crate) async fn speak(
    voice: &mut Voice<'_>,
    model: &dyn LanguageModel,
    prompt: &Prompt,
    admit: Admit,
) -> Result<Usage> {
    let gate = Gate::new(&prompt.evidence, admit);
    let mut draft = String::new();
    let mut deltas = model.generate(prompt).await?;
    while let Some(delta) = deltas.next().await {
        match delta? {
            Delta::Text(text) => {
                draft.push_str(&text);
                for sentence in take_whole(&mut draft) {
                    gate.pass(voice, &sentence);
                }
            }
            Delta::End { usage, stop } => {
                // A sentence cut by the maximum is not said: half a warning may say the contrary.
                let last = sentences(&draft).into_iter().filter(|last| stop != Stop::Length || ends(last));
                last.for_each(|sentence| gate.pass(voice, sentence));
                return Ok(usage);
            }
        }
    }
    Err(Error::new(ErrorKind::Internal, "the model stopped in the middle of its answer"))
}

/// Takes the sentences that are surely whole out of the draft: all but the last, behind which a marker may still come.
fn take_whole(draft: &mut String) -> Vec<String> {
    let mut whole: Vec<String> = sentences(draft).into_iter().map(str::to_owned).collect();
    let Some(last) = whole.pop() else { return Vec::new() };
    if whole.is_empty() {
        return whole;
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

    fn pass(&self, voice: &mut Voice<'_>, sentence: &str) {
        let found = self.sources.judge(sentence);
        let (plain, cited) = citations(sentence);
        match (found.verdict, found.best) {
            (Verdict::Supported, _) => voice.say_citing(&plain, &self.at(&cited)),
            (Verdict::NoClaim, _) if self.admit == Admit::Everything && cited.is_empty() => voice.say(&plain),
            // It may stand, but the model named the wrong source or none: name the one that supports it.
            (Verdict::Uncited | Verdict::UnknownCitation(_) | Verdict::Unsupported, Some(best)) => {
                voice.say_citing(&plain, &self.at(&[best]));
            }
            (verdict, _) => tracing::debug!(?verdict, "a sentence was withheld"),
        }
    }

    fn at(&self, numbers: &[usize]) -> Vec<&'a Citation> {
        numbers.iter().filter_map(|number| self.evidence.get(number.checked_sub(1)?)).collect()
    }
}
