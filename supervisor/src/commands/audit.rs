//! `motorline audit`: prints the audit trail of a day and checks its chain; and what other commands note in it.

use clap::Args;
use contract::ports::{AuditEntry, AuditTrail, Clock};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use local::SystemClock;
use sha2::{Digest, Sha256};

use crate::commands::say;
use crate::settings::Settings;
use crate::wiring;

/// Who acts where nobody signed in: whoever can start the program.
const ACTOR: &str = "command line";

/// What `audit` takes.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The day (UTC), such as 2026-11-28; today when left out.
    #[arg(long)]
    day: Option<Date>,
}

impl Audit {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), String> {
        let day = self.day.unwrap_or_else(|| SystemClock::start().now().to_zoned(TimeZone::UTC).date());
        let trail = wiring::audit(settings).await.map_err(|error| error.to_string())?;
        let entries = trail.day(day).await.map_err(|error| error.to_string())?;
        for AuditEntry { at, actor, act, subject, outcome } in &entries {
            say(format_args!("{at:.3}  {actor}  {act}  {}  {outcome}", subject.as_deref().unwrap_or("-")));
        }
        say(format_args!("{day}: {} entries, and nobody tampered with them", entries.len()));
        Ok(())
    }
}

/// Notes a command that changes something, before it does.
///
/// # Errors
/// What keeps it from being noted.
pub(super) async fn note(settings: &Settings, act: &str, subject: Option<String>) -> Result<(), String> {
    let trail = wiring::audit(settings).await.map_err(|error| error.to_string())?;
    entered(&*trail, act, subject).await
}

/// Notes that the product starts, and with which settings: a digest, by which they are known again.
///
/// # Errors
/// What keeps it from being noted.
pub(super) async fn started(trail: &dyn AuditTrail, settings: &Settings) -> Result<(), String> {
    let digest = Sha256::digest(format!("{settings:?}"));
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    entered(trail, "start", Some(format!("settings sha256 {digest}"))).await
}

async fn entered(trail: &dyn AuditTrail, act: &str, subject: Option<String>) -> Result<(), String> {
    let at = SystemClock::start().now();
    let entry = AuditEntry { at, actor: ACTOR.into(), act: act.into(), subject, outcome: "allowed".into() };
    trail.note(&entry).await.map_err(|error| error.to_string())
}
