//! What the supervisor writes down about each agent: what came of it, what it found, what it took.

use serde::{Deserialize, Serialize};

use crate::{Call, ErrorKind, Finding, Stage};

/// One agent's part in one turn. Signed by the supervisor, not by the agent: an agent cannot misreport itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgentReport {
    /// The agent's name.
    pub agent: String,
    /// When it was asked.
    pub stage: Stage,
    /// What came of it.
    pub outcome: Outcome,
    /// What it found; empty unless it answered.
    pub findings: Vec<Finding>,
    /// What its calls of models cost, whatever came of them.
    pub usage: Usage,
    /// Each of these calls.
    #[serde(default)]
    pub calls: Vec<Call>,
    /// When it was asked, in milliseconds after the turn was received.
    pub started_ms: f64,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
}

/// What came of asking an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// It answered in time.
    Answered,
    /// It answered by lesser means than it should have.
    Reduced {
        /// Why, in words that may be shown.
        reason: String,
    },
    /// It did not answer within its budget.
    Late,
    /// It returned an error, or panicked (kind `internal`).
    Failed {
        /// Which kind of error.
        kind: ErrorKind,
        /// What it said, in words that may be shown.
        message: String,
    },
    /// The customer left before it was done, so it was stopped.
    Abandoned,
    /// It was not asked.
    Skipped {
        /// Why not.
        reason: String,
    },
}

impl Outcome {
    /// One word for bodies, logs and metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Reduced { .. } => "reduced",
            Self::Late => "late",
            Self::Failed { .. } => "failed",
            Self::Abandoned => "abandoned",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// Whether the reply is less than it should be because of this.
    pub fn degrades(&self) -> bool {
        matches!(self, Self::Reduced { .. }) || self.is_missing()
    }

    /// Whether the agent's part is missing.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Late | Self::Failed { .. } | Self::Abandoned)
    }
}

/// What a piece of work cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Usage {
    /// Tokens read by a language model.
    pub input_tokens: u64,
    /// How many of these came from its vendor's cache, as far as the vendor tells.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cached_tokens: u64,
    /// Tokens written by a language model.
    pub output_tokens: u64,
    /// Price in millionths of a US dollar.
    pub micro_usd: u64,
}

/// Most calls have none: their records stay as short as they were.
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl std::ops::Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            micro_usd: self.micro_usd.saturating_add(other.micro_usd),
        }
    }
}

impl std::iter::Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(usages: I) -> Self {
        usages.fold(Self::default(), std::ops::Add::add)
    }
}
