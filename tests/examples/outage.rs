//! Plays every fault of a vendor against all that keeps the product answering, and prints what came of it as a table.
//!
//! Time is only counted and chance is seeded: the table is the same on every machine.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "a tool that prints, and may be blunt; it shares its parts with the tests"
)]

#[path = "../outages/drill.rs"]
mod drill;
#[path = "../outages/vendor.rs"]
mod vendor;

use clap::Parser;

/// Plays every fault of a vendor.
#[derive(Parser)]
struct Arguments {
    /// Turns a run.
    #[arg(long, default_value_t = 2_000)]
    turns: usize,
}

fn main() {
    let arguments = Arguments::parse();
    println!("{}", drill::HEAD);
    for drill in drill::all() {
        println!("{}", drill.run(arguments.turns).row());
    }
}
