//! What one call costs, as far as can be told from outside while it goes on.

use contract::prompt::{Delta, Ending, Prompt};
use contract::{Error, ErrorKind, Result, Usage};

use crate::prices::Price;
use crate::tokens;

/// The cost of a call under way: our estimate until its vendor has said what it was.
///
/// Whoever writes a call down and whoever pays for it listen to the same pieces, so that both come to the same sum.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    price: Price,
    usage: Usage,
    written: usize,
    estimated: bool,
}

impl Cost {
    /// A call that begins: whatever becomes of it, its prompt is read.
    pub(crate) fn begun(price: Price, prompt: &Prompt) -> Self {
        Self { price, usage: price.usage(tokens::estimated_input(prompt), 0), written: 0, estimated: true }
    }

    /// Takes the next piece of the answer into account.
    pub(crate) fn hear(&mut self, delta: &Result<Delta>) {
        match delta {
            Ok(Delta::Text(text)) => {
                self.written = self.written.saturating_add(text.len());
                let output = tokens::estimated_of_bytes(self.written);
                self.usage = self.price.usage(self.usage.input_tokens, output);
            }
            Ok(Delta::Restart) => {}
            Ok(Delta::End(Ending { usage, .. })) => (self.usage, self.estimated) = (*usage, false),
            Err(error) => self.fail(error),
        }
    }

    /// The call failed. What was turned away at the door is not billed by any vendor.
    pub(crate) fn fail(&mut self, error: &Error) {
        let turned_away = [ErrorKind::Busy, ErrorKind::Refused, ErrorKind::Invalid, ErrorKind::NotFound];
        if self.written == 0 && turned_away.contains(&error.kind) {
            self.usage = Usage::default();
        }
    }

    /// What the call has cost so far.
    pub(crate) fn usage(&self) -> Usage {
        self.usage
    }

    /// Whether that is our estimate.
    pub(crate) fn is_estimated(&self) -> bool {
        self.estimated
    }
}
