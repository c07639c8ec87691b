//! What is learned from closed turns: the words, the ports and the rules that analytics and insights share.
//!
//! A [`Learner`] is pure: it sees a closed turn and what is noted so far, and says what to count and what to note. [`study()`]
//! reads what it asks for, and keeps its lesson in one transaction with a mark for the turn, so that each turn counts once
//! however often it is told: after a crash, by a stream that delivers twice, by two processes at once.

pub mod closed_turns;
pub mod learned;
pub mod learner;
pub mod study;
#[cfg(feature = "testing")]
pub mod testing;

pub use closed_turns::{Closed, ClosedTurns};
pub use learned::{Count, Hour, Learned, Lesson, Note};
pub use learner::{Learner, Notes};
pub use study::study;
