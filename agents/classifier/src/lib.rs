//! Learns labels from examples, says which one a text deserves and how surely, and keeps what it learned as bytes.
//!
//! It knows nothing of turns: the intent agent's build learns with it, the agent reads what was learned, and the
//! evaluation learns other people's sets with it.

mod calibration;
mod classifier;
pub mod concepts;
pub mod evaluation;
mod features;
mod linear;
mod packed;
mod parallel;
pub mod rows;
mod vocabulary;

pub use classifier::{Candidate, Classifier, Example, OUT_OF_SCOPE, Settings, Verdict, is_out_of_scope};
pub use concepts::Concepts;
pub use packed::Damaged;
