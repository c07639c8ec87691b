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
mod boards;
mod browsers;
mod clients;
mod connections;
mod consent;
mod conversations;
mod doubles;
mod eval_gate;
mod exactly_once;
mod faults;
mod handoffs;
mod house;
mod identity;
mod isolation;
mod learning;
mod limits;
mod logs;
mod memory;
mod metrics;
mod openai;
mod openapi;
mod outages;
mod privacy;
mod readiness;
mod real_model;
mod remote;
mod replay;
mod safety;
mod shelf;
mod spending;
mod streams;
mod tickets;
mod vehicle;
