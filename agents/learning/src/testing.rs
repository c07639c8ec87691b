//! One conformance suite per port, which every adapter of that port runs: what the port promises, as tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "these are tests that other crates call")]

pub mod closed_turns;
pub mod learned;
