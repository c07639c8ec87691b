//! Opens what a replay works with: the turns, which are only read, and a candidate's models and library.

use std::sync::Arc;

use contract::{Error, Result};
use local::{SqliteArchive, SystemClock, SystemEntropy};

use super::cast::{Cast, Casting};
use super::{Adapters, path_of, scheme};
use crate::replay::Candidate;
use crate::settings::Settings;

/// The closed turns of a store at home, without a write.
///
/// # Errors
/// `Unavailable` when there is no such file; `Invalid` when they are kept where only their owners read them.
pub fn archive(settings: &Settings) -> Result<SqliteArchive> {
    let uri = &settings.conversations;
    match scheme(uri) {
        "sqlite" => SqliteArchive::open(&settings.data.join(path_of(uri, "sqlite")?)),
        _ => Err(Error::invalid("conversations", format!("turns are not read from {uri} by id"))
            .hint("have an operator save the conversation of its case, and give it with --from FILE")),
    }
}

/// The models of a candidate configuration, and its library where that is another one than `usual`, or is to be searched
/// again. What its models cost is counted in this process only.
///
/// # Errors
/// Whatever keeps one of them from being used, with a hint.
pub async fn candidate(settings: &Settings, usual: &Settings, search_again: bool) -> Result<Candidate> {
    let mut settings = settings.clone();
    settings.models.ledger = "memory://".into();
    let adapters = Adapters::reach(&settings, Arc::new(SystemClock::start())).await?;
    let Cast { fast, capable, assistance } = Casting::new(&adapters, Arc::new(SystemEntropy))?.cast()?;
    let another = search_again || settings.library != usual.library;
    let library = another.then(|| adapters.library()).transpose()?;
    Ok(Candidate { fast, capable, assistance, reply: settings.reply, library, purse: settings.models.caps.turn })
}
