//! Where a reply goes that the customer does not hear: it is a suggestion to the person who holds the conversation.

use contract::TextSink;
use contract::record::Citation;

/// Lets nothing through.
pub(crate) struct Unheard;

impl TextSink for Unheard {
    fn release(&self, _text: &str) {}

    fn cite(&self, _citation: &Citation) {}
}
