//! Language models behind one port: the built-in offline engine, those of vendors, and what governs them.

mod audited;
#[cfg(feature = "bedrock")]
pub mod bedrock;
mod breaker;
mod budgeted;
pub mod catalog;
mod cost;
mod extra;
mod failover;
mod first;
pub mod framing;
mod hedged;
pub mod offline;
pub mod openai;
mod played;
pub mod prices;
mod retry;
mod span;
mod split;
mod structured;
mod talk;
#[cfg(test)]
mod testing;
mod thrifty;
mod tokens;
mod told;

pub use audited::AuditedModel;
#[cfg(feature = "bedrock")]
pub use bedrock::BedrockModel;
pub use breaker::{BreakerModel, BreakerRules};
pub use budgeted::{BudgetedModel, Caps};
pub use extra::ExtraCalls;
pub use failover::{FailoverModel, Patience};
pub use hedged::HedgedModel;
pub use offline::OfflineModel;
pub use openai::OpenAiModel;
pub use played::{Ended, PlayedModel};
pub use retry::RetryModel;
pub use split::SplitModel;
pub use structured::StructuredModel;
pub use thrifty::ThriftyModel;
