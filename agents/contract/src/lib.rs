//! The words and promises of Motorline: what a turn is, what an agent is, what it may find, and which ports it may use.
//!
//! Nothing here does I/O, and nothing here knows a vendor. Every other crate depends on this one; this one depends on
//! none of them. Read [`turn`], then [`agent`], then [`finding`]: that is the whole vocabulary.

pub mod action;
pub mod agent;
pub mod call;
pub mod caller;
pub mod error;
pub mod finding;
pub mod id;
pub mod named;
pub mod ports;
pub mod profile;
pub mod prompt;
pub mod record;
pub mod report;
#[cfg(feature = "testing")]
pub mod testing;
pub mod turn;

pub use action::{Action, ActionState, Consent, Decision, Verdict};
pub use agent::{Agent, Answer, Card, Stage, TextSink, TurnContext};
pub use call::{Bill, Call, CallOutcome, CallReason, Errand, Purse, When};
pub use caller::{Access, Caller};
pub use error::{Error, ErrorKind, Result};
pub use finding::Finding;
pub use id::{ActionId, CaseId, CustomerId, IdempotencyKey, PartnerId, SessionId, StaffId, TurnId, Vin};
pub use record::{Reply, TurnRecord};
pub use report::{AgentReport, Outcome, Usage};
pub use turn::{Channel, Exchange, Tone, Turn};
