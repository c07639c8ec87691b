//! The conformance suites of the ports: what every adapter must keep, whatever it is made of.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "these are tests that other crates call")]

pub mod directory;
pub mod handoffs;
pub mod offers;
pub mod service_desk;
pub mod vehicles;
