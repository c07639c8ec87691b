//! The product on one machine: serves it, talks in the terminal, and holds the tools around it.

use std::process::ExitCode;

use clap::Parser;
use supervisor::commands::{self, CommandLine};

fn main() -> ExitCode {
    let line = CommandLine::parse();
    commands::start(|environment| commands::run(line, environment))
}
