//! The bootstrap of the Lambda function that publishes a new edition of the library when a document changes.

use std::process::ExitCode;

use supervisor::{commands, lambda};

fn main() -> ExitCode {
    commands::start(lambda::ingest)
}
