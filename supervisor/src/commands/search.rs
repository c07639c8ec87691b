//! `motorline search`: what the library finds for a question.

use crate::commands::say;
use clap::Args;
use contract::ports::{Query, VehicleFilter};

use crate::settings::Settings;
use crate::wiring;

/// What `search` takes.
#[derive(Debug, Args)]
pub(super) struct Search {
    /// The question, in a customer's words.
    question: String,
    /// Only what holds for this model, such as Lumen.
    #[arg(long)]
    model: Option<String>,
    /// Only what holds for this model year.
    #[arg(long, requires = "model")]
    year: Option<u16>,
    /// At most so many passages.
    #[arg(long, default_value_t = 5)]
    limit: usize,
}

impl Search {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), String> {
        let library = wiring::library(settings).await.map_err(|error| error.to_string())?;
        let vehicles = self.model.map(|model| VehicleFilter { model, year: self.year }).into_iter().collect();
        let query = Query { text: self.question, vehicles, limit: self.limit, ..Query::default() };
        let found = library.search(&query).await.map_err(|error| error.to_string())?;
        if found.is_empty() {
            say("Nothing in the library bears on this.");
        }
        for passage in found {
            say(format_args!(
                "{:6.3}  {} › {}\n        {}\n",
                passage.score, passage.title, passage.section, passage.text
            ));
        }
        Ok(())
    }
}
