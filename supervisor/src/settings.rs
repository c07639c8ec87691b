//! Every setting of the product, documented in one place: its key, its meaning, its built-in value.
//!
//! A value comes from the first of: a flag, the environment (`MOTORLINE_REPLY_TEMPERATURE` for `reply.temperature`), the
//! file `motorline.toml`, the built-in value. All problems are reported together, before anything starts.

mod read;
mod source;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use read::Problem;
pub use source::{Origin, Resolved, Sources};

/// One setting, as a person reads about it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Dotted key, as in `motorline.toml`.
    pub key: &'static str,
    /// The value when nobody sets one.
    pub default: &'static str,
    /// What it does, with its unit and its bounds.
    pub meaning: &'static str,
}

/// Schemes of adapters that need AWS, which is a feature of the build.
pub(crate) const OF_AWS: [&str; 5] = ["bedrock", "cloudwatch", "dynamodb", "emf", "s3"];

const fn setting(key: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { key, default, meaning }
}

/// All settings there are.
pub const SETTINGS: &[Setting] = &[
    setting("listen", "127.0.0.1:8080", "Address and port to serve on."),
    setting(
        "identity",
        "demo",
        "Who callers are: `demo` (fictional customers, loopback only), `anonymous` (visitors only) or `gateway` (whom the authorizer of the API gateway in front has verified; Lambda only).",
    ),
    setting("data", "data", "Folder of everything that is written locally."),
    setting(
        "library",
        "folder://knowledge/manuals",
        "Where manuals and articles are read from: `folder://PATH`, or `s3://BUCKET/PREFIX` with its published editions.",
    ),
    setting(
        "edition.shipped",
        "",
        "Folder of an edition of the library that is packaged with the program; served until the newest of `s3://` is there. Empty: none.",
    ),
    setting("edition.refresh_s", "60", "Seconds after which a newer edition in `s3://` is looked for, 1 to 86400."),
    setting(
        "edition.patience_ms",
        "1500",
        "Milliseconds that the first search waits for the newest edition before the shipped one answers, 0 to 10000.",
    ),
    setting(
        "conversations",
        "sqlite://motorline.db",
        "Where conversations are kept: `sqlite://FILE` (a relative path is inside `data`), `dynamodb://PREFIX` (tables PREFIX-sessions, PREFIX-conversations) or `s3://BUCKET/PREFIX`.",
    ),
    setting(
        "customers",
        "sqlite://motorline.db",
        "Where customers are kept: `sqlite://FILE` or `dynamodb://PREFIX` (table PREFIX-customers).",
    ),
    setting("retention.days", "90", "Days after which conversations in `dynamodb://` are forgotten, 1 to 3650."),
    setting(
        "overflow",
        "",
        "`s3://BUCKET` for records that are too large for an item of `dynamodb://`. Empty: such a turn is refused.",
    ),
    setting(
        "model.fast",
        "offline://",
        "Model for everyday replies: `offline://` or `bedrock://INFERENCE-PROFILE` (id or ARN; `?stream=off`, `?model=…`, `?bare=allowed`).",
    ),
    setting("model.capable", "offline://", "Model for delicate replies; as `model.fast`."),
    setting("reply.max_output_tokens", "150", "Longest generation, in tokens, 16 to 4096."),
    setting("reply.temperature", "0.3", "Sampling temperature, 0 to 1."),
    setting("turn.deadline_ms", "5000", "Milliseconds after which a reply is due, 100 to 29000."),
    setting(
        "turn.lease_ms",
        "30000",
        "Milliseconds after which an unfinished turn may be taken over, more than the deadline.",
    ),
    setting("turn.history", "6", "Past exchanges that a turn sees, 0 to 50."),
    setting(
        "metrics",
        "none://",
        "Where measures go: `none://`, `emf://NAMESPACE` (lines of the embedded metric format on the output) or `cloudwatch://NAMESPACE`.",
    ),
    setting("deployment", "local", "What this deployment is called in its metrics, such as dev or production."),
    setting("aws.region", "", "Region of AWS. Empty: as the AWS SDK finds it (environment, profile, instance)."),
    setting(
        "aws.roots",
        "",
        "PEM file of the certificate authorities that AWS is trusted by. Empty: those of the system, whose reading takes longer than everything else at start.",
    ),
    setting(
        "lambda.response",
        "buffered",
        "How a Lambda function hands its reply over: `buffered`, or `stream` where the gateway expects that.",
    ),
    setting("log.level", "info", "What is logged: error, warn, info, debug or trace."),
    setting("log.format", "text", "How it is logged: `text` or `json`."),
];

/// The settings, checked and typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Address to serve on.
    pub listen: SocketAddr,
    /// Who callers are.
    pub identity: Identity,
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
    /// How long conversations are kept where the store forgets by itself.
    pub retention: Duration,
    /// URI of where records go that are too large for their store, if anywhere.
    pub overflow: Option<String>,
    /// URIs of the models of the fast tier, in order of failover.
    pub fast: Vec<String>,
    /// URIs of the models of the capable tier.
    pub capable: Vec<String>,
    /// How a reply is generated.
    pub reply: response::Limits,
    /// How long a turn may take and what it sees.
    pub turn: TurnRules,
    /// URI of where measures go.
    pub metrics: String,
    /// What this deployment is called.
    pub deployment: String,
    /// The region of AWS; `None`: as its SDK finds it.
    pub region: Option<String>,
    /// The certificate authorities that AWS is trusted by; `None`: those of the system.
    pub roots: Option<PathBuf>,
    /// Whether a Lambda function streams its replies.
    pub lambda_streams: bool,
    /// What is logged, and how.
    pub log: Log,
}

/// Who callers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The fictional customers of the demonstration, each with a well-known token. Loopback only.
    Demo,
    /// Everybody is an anonymous visitor.
    Anonymous,
    /// Whom the authorizer of the API gateway in front of the function has verified; without one, a visitor.
    Gateway,
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

    /// Every URI that names an adapter.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        let single = [&self.library, &self.conversations, &self.customers, &self.metrics];
        let models = self.fast.iter().chain(&self.capable);
        single.into_iter().chain(models).chain(&self.overflow).map(String::as_str)
    }
}
