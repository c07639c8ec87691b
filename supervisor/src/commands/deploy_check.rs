//! `motorline deploy-check`: what the settings need of AWS, looked at one thing at a time, and a table of what is missing.

use crate::commands::say;
use crate::settings::Settings;
use crate::wiring;

/// Checks everything and prints a line each.
///
/// # Errors
/// How many things are missing.
pub(super) async fn run(settings: &Settings) -> Result<(), String> {
    let checks = wiring::check(settings).await.map_err(|error| error.to_string())?;
    if checks.is_empty() {
        say("Nothing to check: no setting names a part of AWS.");
        return Ok(());
    }
    let width = checks.iter().map(|check| check.what.chars().count()).max().unwrap_or_default();
    for check in &checks {
        let outcome = check.missing.as_deref().unwrap_or("ok");
        say(format_args!("{:width$}  {outcome}", check.what));
    }
    let missing = checks.iter().filter(|check| check.missing.is_some()).count();
    say(format_args!("\n{} checked, {missing} missing", checks.len()));
    if missing > 0 { Err(format!("{missing} of {} are missing", checks.len())) } else { Ok(()) }
}
