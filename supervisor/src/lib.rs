//! Takes a turn from open to close, and lets it in through the doors.
//!
//! Start with [`turn`]: it is the whole straight line. [`roster`] says who works here, [`wiring`] which adapters they
//! work with.

pub mod commands;
pub mod doors;
pub mod erasure;
pub mod evaluation;
pub mod event;
#[cfg(feature = "aws")]
pub mod lambda;
pub mod learn;
pub mod logging;
pub mod memory;
pub mod oversight;
pub mod remote;
pub mod replay;
pub mod report;
pub mod roster;
pub mod settings;
pub mod trace;
pub mod turn;
pub mod wiring;

mod allowance;
mod ask;
mod course;
mod gauges;
mod guard;
mod last_words;
mod measures;
