//! Motorline as Lambda functions: the HTTP doors behind API Gateway or a function URL, and the ingest of the library.
//!
//! A function is configured by its environment (`MOTORLINE_*`) and by a `motorline.toml` packaged beside it. Everything is
//! made once, before the first event is asked for, and shared by all events that the process ever sees.

mod gateway;
mod ingest;
mod lifetime;
mod turns;

pub use ingest::ingest;
pub use turns::turns;

use crate::commands;
use crate::logging;
use crate::settings::Settings;

/// The settings of a function, checked, with its log started.
fn settings(environment: Vec<(String, String)>) -> Result<Settings, String> {
    let sources = commands::sources_of(environment)?;
    let settings = Settings::resolve(&sources).map_err(|problems| commands::listed(&problems))?;
    logging::start(&settings.log);
    Ok(settings)
}
