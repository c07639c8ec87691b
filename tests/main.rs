//! The whole system, tested from outside: one binary, one module a theme.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "tests may be blunt"
)]

mod architecture;
mod bad_input;
mod conversations;
mod exactly_once;
mod faults;
mod house;
mod isolation;
mod openapi;
mod safety;
