//! One conformance suite per port, which every adapter of that port runs: what the port promises, as tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "these are tests that other crates call")]

pub mod audit;
mod builders;
pub mod conversations;
pub mod customers;
pub mod language_model;
pub mod ledger;
pub mod library;
pub mod personal_data;
pub mod shelf;
pub mod tickets;

pub use builders::{
    LEASE, ManualClock, RecordingSink, access, admitted, customer, errand, opening, record, reported, turn,
};
