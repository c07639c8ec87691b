//! The bootstrap of the Lambda function that learns from the stream of closed turns.

use std::process::ExitCode;

use supervisor::{commands, lambda};

fn main() -> ExitCode {
    commands::start(lambda::learn)
}
