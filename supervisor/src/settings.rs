//! Every setting of the product, documented in one place: its key, its meaning, its built-in value.
//!
//! A value comes from the first of: a flag, the environment (`MOTORLINE_REPLY_TEMPERATURE` for `reply.temperature`), the
//! file `motorline.toml`, the built-in value. All problems are reported together, before anything starts.

mod handoff;
mod identity;
mod limits;
mod models;
mod office;
mod oversight;
mod places;
mod read;
mod socket;
mod source;
mod table;
mod tracing;
mod web;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use handoff::HandoffRules;
pub(crate) use identity::secure;
pub use identity::{ClaimNames, Identity, Oidc};
pub use limits::LimitRules;
pub use models::{Caps, Experiment, Key, ModelRules, OpenAiRules};
pub use office::OfficeUris;
pub use oversight::{OversightUris, Scrapers};
pub use places::Places;
pub(crate) use places::placed_agents;
pub use read::Problem;
pub use socket::SocketRules;
pub use source::{Origin, Resolved, Sources};
pub use table::{SETTINGS, Setting};
pub use tracing::TraceRules;
pub use web::Web;
pub(crate) use web::origin_of;

/// Schemes of adapters that need AWS, which is a feature of the build.
pub(crate) const OF_AWS: [&str; 6] = ["bedrock", "cloudwatch", "dynamodb", "emf", "eventbridge", "s3"];

/// The settings, checked and typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Address to serve on.
    pub listen: SocketAddr,
    /// Who callers are.
    pub identity: Identity,
    /// Whose tokens are good, and what they say.
    pub oidc: Oidc,
    /// The file of partners, if there are any.
    pub partners: Option<PathBuf>,
    /// What browsers may bring together with us.
    pub web: Web,
    /// Folder of everything that is written locally.
    pub data: PathBuf,
    /// URI of the library.
    pub library: String,
    /// How editions of a library in S3 are followed.
    pub edition: EditionRules,
    /// URI of the conversations.
    pub conversations: String,
    /// URI of the customers.
    pub customers: String,
    /// URIs of the systems of the house.
    pub office: OfficeUris,
    /// Where each agent runs.
    pub places: Places,
    /// How people take over.
    pub handoff: HandoffRules,
    /// How long conversations are kept where the store forgets by itself.
    pub retention: Duration,
    /// URI of where records go that are too large for their store, if anywhere.
    pub overflow: Option<String>,
    /// Which language models are asked, and within which bounds.
    pub models: ModelRules,
    /// How a reply is generated.
    pub reply: response::Limits,
    /// How long a turn may take and what it sees.
    pub turn: TurnRules,
    /// How long a streamed turn goes on when its client has gone.
    pub stream_grace: Duration,
    /// What sockets need.
    pub socket: SocketRules,
    /// URIs of what those who run the product look after it with.
    pub oversight: OversightUris,
    /// What this deployment is called.
    pub deployment: String,
    /// The region of AWS; `None`: as its SDK finds it.
    pub region: Option<String>,
    /// The certificate authorities that AWS is trusted by; `None`: those of the system.
    pub roots: Option<PathBuf>,
    /// Whether a Lambda function streams its replies.
    pub lambda_streams: bool,
    /// How much callers may ask for.
    pub limits: LimitRules,
    /// How long what is under way may still take when the server ends.
    pub grace: Duration,
    /// What is logged, and how.
    pub log: Log,
    /// Where spans go, and how many of them.
    pub trace: TraceRules,
}

/// How editions of a library in S3 are followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionRules {
    /// Folder of an edition that is packaged with the program.
    pub shipped: Option<PathBuf>,
    /// After this time a newer one is looked for.
    pub refresh: Duration,
    /// So long the first search waits for the newest.
    pub patience: Duration,
}

/// How long a turn may take and what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnRules {
    /// After this time the reply is due.
    pub deadline: Duration,
    /// After this time an unfinished turn may be taken over.
    pub lease: Duration,
    /// Past exchanges that a turn sees.
    pub history: usize,
    /// Whether its record keeps what vendors' models answered.
    pub record_answers: bool,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Least severe level that is logged.
    pub level: String,
    /// JSON lines instead of text.
    pub json: bool,
}

impl Settings {
    /// Checks what the sources say.
    ///
    /// # Errors
    /// Every problem there is, each with the setting, where it was set, and what was expected.
    pub fn resolve(sources: &Sources) -> Result<Self, Vec<Problem>> {
        read::settings(sources)
    }

    /// Settings from flags alone, or everything that is wrong with them as one text.
    #[cfg(test)]
    pub(crate) fn of_flags(flags: &[(&str, &str)]) -> Result<Self, String> {
        let flags = flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let resolved = Self::resolve(&Sources { flags, ..Sources::default() });
        resolved.map_err(|problems| problems.iter().map(|problem| format!("{problem}\n")).collect())
    }

    /// Every URI that names an adapter.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        let single = [
            &self.library,
            &self.conversations,
            &self.customers,
            &self.office.service_desk,
            &self.office.vehicles,
            &self.office.offers,
            &self.office.handoffs,
            &self.socket.store,
            &self.models.ledger,
            &self.oversight.metrics,
            &self.oversight.learned,
            &self.oversight.audit,
        ];
        let models = self.models.uris();
        single.into_iter().chain(models).chain(&self.overflow).chain(&self.office.events).map(String::as_str)
    }
}
