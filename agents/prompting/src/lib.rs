//! How agents ask language models: governed prompts, a window of the conversation, and a second opinion where a built-in
//! answer is unsure.

mod governed;
mod opinion;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod window;

pub use governed::{Governed, version_of};
pub use opinion::{Brief, SecondOpinion};
pub use window::{Window, goes_on};
