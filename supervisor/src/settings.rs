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

const fn setting(key: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { key, default, meaning }
}

/// All settings there are.
pub const SETTINGS: &[Setting] = &[
    setting("listen", "127.0.0.1:8080", "Address and port to serve on."),
    setting(
        "identity",
        "demo",
        "Who callers are: `demo` (fictional customers, loopback only) or `anonymous` (visitors only).",
    ),
    setting("data", "data", "Folder of everything that is written locally."),
    setting("library", "folder://knowledge/manuals", "Where manuals and articles are read from."),
    setting(
        "conversations",
        "sqlite://motorline.db",
        "Where conversations are kept; a relative path is inside `data`.",
    ),
    setting("customers", "sqlite://motorline.db", "Where customers are kept; a relative path is inside `data`."),
    setting("model.fast", "offline://", "Model for everyday replies; this build knows `offline://`."),
    setting("model.capable", "offline://", "Model for delicate replies; this build knows `offline://`."),
    setting("reply.max_output_tokens", "150", "Longest generation, in tokens, 16 to 4096."),
    setting("reply.temperature", "0.3", "Sampling temperature, 0 to 1."),
    setting("turn.deadline_ms", "5000", "Milliseconds after which a reply is due, 100 to 29000."),
    setting(
        "turn.lease_ms",
        "30000",
        "Milliseconds after which an unfinished turn may be taken over, more than the deadline.",
    ),
    setting("turn.history", "6", "Past exchanges that a turn sees, 0 to 50."),
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
    /// URI of the conversations.
    pub conversations: String,
    /// URI of the customers.
    pub customers: String,
    /// URIs of the models of the fast tier, in order of failover.
    pub fast: Vec<String>,
    /// URIs of the models of the capable tier.
    pub capable: Vec<String>,
    /// How a reply is generated.
    pub reply: response::Limits,
    /// How long a turn may take and what it sees.
    pub turn: TurnRules,
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
}
