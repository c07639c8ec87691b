//! The bootstrap of the Lambda function that answers the WebSocket API.

use std::process::ExitCode;

use supervisor::{commands, lambda};

fn main() -> ExitCode {
    commands::start(lambda::socket)
}
