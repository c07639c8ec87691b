//! Motorline as Lambda functions: the HTTP doors behind API Gateway or a function URL, the WebSocket door behind an API Gateway,
//! the ingest of the library, learning from closed turns, and any agent by itself.
//!
//! A function is configured by its environment (`MOTORLINE_*`) and by a `motorline.toml` packaged beside it. Everything is
//! made once, before the first event is asked for, and shared by all events that the process ever sees.

mod agent;
mod gateway;
mod ingest;
mod learn;
mod lifetime;
mod socket;
mod stream;
mod turns;

pub(crate) use agent::Function;
pub use agent::agent;
pub use ingest::ingest;
pub use learn::learn;
pub use socket::socket;
pub use turns::turns;

use crate::commands;
use crate::logging;
use crate::settings::{Identity, Settings};
use crate::trace::Traces;
use crate::wiring::Product;

/// The settings of a function, checked, with its log started, and where its spans go.
fn settings(environment: Vec<(String, String)>) -> Result<(Settings, Traces), String> {
    let sources = commands::sources_of(environment)?;
    let settings = Settings::resolve(&sources).map_err(|problems| commands::listed(&problems))?;
    let traces = logging::start(&settings).map_err(|error| error.to_string())?;
    Ok((settings, traces))
}

/// The settings of a function, which must not keep in a file of its own what is to outlive it.
fn lasting_settings(environment: Vec<(String, String)>) -> Result<(Settings, Traces), String> {
    let (settings, traces) = settings(environment)?;
    let kept = [("learned", &settings.oversight.learned), ("audit", &settings.oversight.audit)];
    if let Some((name, uri)) = kept.into_iter().find(|(_, uri)| uri.starts_with("sqlite://")) {
        return Err(format!(
            "{name} = {uri:?} would be gone with this function, and differ from one instance to the next\n  \
             set MOTORLINE_{}=dynamodb://PREFIX",
            name.to_uppercase()
        ));
    }
    Ok((settings, traces))
}

/// The settings of a function that anybody can reach.
fn public_settings(environment: Vec<(String, String)>) -> Result<(Settings, Traces), String> {
    let (settings, traces) = lasting_settings(environment)?;
    if settings.identity == Identity::Demo {
        return Err("identity = \"demo\" would give everybody the demonstration's customers\n  \
             set MOTORLINE_IDENTITY=gateway or oidc, or anonymous for visitors only"
            .into());
    }
    Ok((settings, traces))
}

/// Opens the connections that a turn needs, while the first event is on its way: a handshake costs more than a call.
/// What fails here fails again, with its error, where it matters.
fn warm_up(product: &Product) {
    let Product { conversations, customers, .. } = product.clone();
    tokio::spawn(async move { conversations.ready().await });
    tokio::spawn(async move { customers.ready().await });
}
