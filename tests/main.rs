//! The whole system, tested from outside: one binary, one module a theme.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "tests may be blunt"
)]

mod actions;
mod architecture;
#[cfg(feature = "aws")]
mod aws;
mod bad_input;
mod browsers;
mod clients;
mod connections;
mod consent;
mod conversation_file;
mod conversations;
mod doubles;
mod exactly_once;
mod faults;
mod handoffs;
mod house;
mod identity;
mod isolation;
mod limits;
mod memory;
mod openai;
mod openapi;
mod outages;
mod readiness;
mod real_model;
mod remote;
mod safety;
mod shelf;
mod spending;
mod streams;
mod tickets;
mod vehicle;
