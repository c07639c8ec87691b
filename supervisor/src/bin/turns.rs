//! The bootstrap of the Lambda function that answers turns.

use std::process::ExitCode;

use supervisor::{commands, lambda};

fn main() -> ExitCode {
    commands::start(lambda::turns)
}
