//! How many tokens a text is, before a vendor has counted them.

use contract::prompt::Prompt;

/// How many tokens a text is for a usual tokenizer, estimated as one for every four bytes, rounded up: the rule of thumb
/// that vendors give for English. Long words and other scripts only make the estimate larger.
pub(crate) fn estimated(text: &str) -> u64 {
    estimated_of_bytes(text.len())
}

/// As [`estimated`], for a text of so many bytes.
pub(crate) fn estimated_of_bytes(bytes: usize) -> u64 {
    bytes.div_ceil(4) as u64
}

/// The estimate for all that a prompt makes a model read.
pub(crate) fn estimated_input(prompt: &Prompt) -> u64 {
    texts(prompt).map(estimated).sum()
}

/// No tokenizer makes more tokens of a prompt than this: each token is at least a byte. The marks of the vendors' chat
/// templates, and ours, are counted generously for each piece.
pub(crate) fn most_input(prompt: &Prompt) -> u64 {
    const MARKS: u64 = 64;
    /// What vendors add unseen where a tool or a schema is given; Anthropic names up to 346 tokens for tools.
    /// <https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview>
    const HIDDEN: u64 = 512;
    let told =
        crate::framing::EXPLAINED.len() + prompt.shape.iter().map(|_| crate::framing::SHAPED.len()).sum::<usize>();
    let hidden = if prompt.shape.is_some() { HIDDEN } else { 0 };
    let pieces = 4 + 2 * prompt.history.len() as u64 + prompt.evidence.len() as u64;
    texts(prompt).map(|text| text.len() as u64).sum::<u64>() + MARKS * pieces + hidden + told as u64
}

fn texts(prompt: &Prompt) -> impl Iterator<Item = &str> {
    let history = prompt.history.iter().flat_map(|exchange| [exchange.said.as_str(), exchange.replied.as_str()]);
    let evidence = prompt.evidence.iter().flat_map(|found| [found.title.as_str(), &found.section, &found.text]);
    let shape = prompt.shape.iter().map(|shape| shape.schema.as_str());
    [prompt.instructions.as_str(), &prompt.question].into_iter().chain(history).chain(evidence).chain(shape)
}
