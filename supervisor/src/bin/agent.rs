//! The bootstrap of the Lambda function that is one agent, for an agent that runs elsewhere.

use std::process::ExitCode;

use supervisor::{commands, lambda};

fn main() -> ExitCode {
    commands::start(lambda::agent)
}
