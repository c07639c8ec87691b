//! The product on one machine: serves it, talks in the terminal, and holds the tools around it.

use std::process::ExitCode;

use clap::Parser;
use supervisor::commands::{self, CommandLine};

fn main() -> ExitCode {
    let line = CommandLine::parse();
    // The one place that reads the environment.
    let environment = std::env::vars().collect();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return commands::fail(&format!("cannot start: {cause}")),
    };
    match runtime.block_on(commands::run(line, environment)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => commands::fail(&message),
    }
}
