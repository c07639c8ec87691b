//! `motorline cost`: what a month of turns costs on AWS, in lines that a person can compute again.

mod bill;
mod claims;
pub(crate) mod play;
mod profile;
mod table;

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use self::bill::Bill;
use self::profile::{Load, Profile};
use crate::commands::say;
use crate::settings::Settings;

/// The model whose prices are taken, unless another is named.
const MODEL: &str = "bedrock.nova-micro";
/// Memory of the function: the processor comes with it. It is resident with 33 MB (README).
const MEMORY_MB: u64 = 512;
/// A turn without its models, in milliseconds: p50 of a warm function, emulated (README).
const OWN_MS: u64 = 9;
/// What a call of a model adds: an assumption, 160 tokens at 200 a second and as long again to the first. Nobody has measured it.
const MODEL_MS: u64 = 900;
/// What a turn writes to the log: an assumption, a line of 500 bytes, one of 450 for each call, measures of 1,200, Lambda's own 350.
const LOG_BYTES: u64 = 2_500;

/// What `cost` takes.
#[derive(Debug, Args)]
pub(super) struct Cost {
    /// Turns on a day.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    turns_per_day: u64,
    /// What the deployment is made of.
    #[arg(long, value_enum, default_value = "lean")]
    profile: Profile,
    /// The model, as the table of prices calls it.
    #[arg(long, value_name = "ID", default_value = MODEL)]
    model: String,
    /// Files, or folders of files, to play and measure, as in tests/conversations; without any: a shipped one.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    conversations: Vec<PathBuf>,
    /// How many of a hundred generations ask the model (with reply.ask_model = "unsure" not all do).
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u64).range(0..=100))]
    asked_share: u64,
    /// Memory of the function, in megabytes.
    #[arg(long, value_name = "MB", default_value_t = MEMORY_MB, value_parser = clap::value_parser!(u64).range(128..=10_240))]
    memory_mb: u64,
    /// What a call of the model adds to a turn, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = MODEL_MS, value_parser = clap::value_parser!(u64).range(0..=900_000))]
    model_ms: u64,
    /// What a turn writes to the log, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = LOG_BYTES, value_parser = clap::value_parser!(u64).range(0..=1_000_000))]
    log_bytes: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Cost {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), String> {
        let load = Load {
            profile: self.profile,
            turns_a_day: self.turns_per_day,
            model: self.model,
            asked_percent: self.asked_share,
            memory_mb: self.memory_mb,
            own_ms: OWN_MS,
            model_ms: self.model_ms,
            log_bytes: self.log_bytes,
            refresh_s: settings.edition.refresh.as_secs(),
            retention_days: settings.retention.as_secs() / (24 * 60 * 60),
            played: play::play(&self.conversations, settings).await?,
        };
        let (bill, claims) = (load.bill()?, claims::all(&load)?);
        if self.json {
            say(json!({"load": load, "bill": bill, "summary": Summary::of(&bill), "claims": claims}));
            return Ok(());
        }
        for line in table::assumptions(&load).into_iter().chain(table::lines(&bill)).chain(claims) {
            say(line);
        }
        Ok(())
    }
}

/// What these turns cost each, in millionths of a dollar: by the shipped assumptions, without what costs the same without turns.
///
/// # Errors
/// A sentence, when a price is missing.
pub(crate) fn of_a_turn(played: play::Played, settings: &Settings) -> Result<f64, String> {
    /// Many, so that rounding to whole millionths does not show.
    const TURNS_A_DAY: u64 = 10_000;
    let load = Load {
        profile: Profile::Lean,
        turns_a_day: TURNS_A_DAY,
        model: MODEL.into(),
        asked_percent: 100,
        memory_mb: MEMORY_MB,
        own_ms: OWN_MS,
        model_ms: MODEL_MS,
        log_bytes: LOG_BYTES,
        refresh_s: settings.edition.refresh.as_secs(),
        retention_days: settings.retention.as_secs() / (24 * 60 * 60),
        played,
    };
    // A bill is compared at ten thousand turns.
    Ok(Summary::of(&load.bill()?).compared_without_fixed as f64 / 10_000.0)
}

/// The sums of a bill, in millionths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
struct Summary {
    month: u64,
    /// For ten thousand turns: all in; what the turns alone cost; and the model alone.
    compared: u64,
    compared_without_fixed: u64,
    compared_model: u64,
}

impl Summary {
    fn of(bill: &Bill) -> Self {
        let compared = |pick: fn(&bill::Line) -> bool| bill.compared(bill.sum(pick));
        Self {
            month: bill.sum(|_| true),
            compared: compared(|_| true),
            compared_without_fixed: compared(|line| !line.fixed),
            compared_model: compared(|line| line.part == "model"),
        }
    }
}

/// Millionths of a dollar as dollars.
fn dollars(micro_usd: u64) -> String {
    format!("${}.{:04}", micro_usd / 1_000_000, micro_usd % 1_000_000 / 100)
}
