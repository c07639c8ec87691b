//! Amazon Bedrock's wire as a program: `bedrock-double --listen 127.0.0.1:9210 --first-token-ms 200`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    unused_imports,
    unreachable_pub,
    reason = "a tool of the tests"
)]

#[path = "../doubles/bedrock.rs"]
mod bedrock;

use bedrock::{Double, Knobs};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut flags: Vec<String> = std::env::args().skip(1).collect();
    let at = flags.iter().position(|flag| flag == "--listen");
    let address = match at {
        Some(at) if at + 1 < flags.len() => flags.drain(at..at + 2).nth(1).unwrap_or_default(),
        _ => "127.0.0.1:0".into(),
    };
    let double = Double::start(&address, Knobs::from_flags(&flags)?).await?;
    println!("{}", double.url);
    Ok(double.serve().await?)
}
