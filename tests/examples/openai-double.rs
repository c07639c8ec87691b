//! The wire of OpenAI's chat completions as a program: `openai-double 127.0.0.1:9330`. Prints the base of its API.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "a tool of the tests"
)]

#[path = "../doubles/openai.rs"]
mod openai;

use openai::{Double, Knobs};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".into());
    let double = Double::start(&address, Knobs::default()).await?;
    println!("{}", double.base);
    Ok(double.serve().await?)
}
