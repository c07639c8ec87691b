//! English text as Motorline sees it: sentences, terms, quantities, and whether one text supports another.
//!
//! Several rooms need these and must agree on them: the library cuts passages at sentences, the offline engine chooses
//! sentences, the response agent checks them. Whether a message goes on with the last is asked by all who look back. Knows nothing of turns, agents or ports.

pub mod following;
pub mod numbers;
pub mod sentences;
pub mod support;
pub mod terms;
mod words;

pub(crate) use words::words;
