//! The port to whoever counts and measures: operators' boards and alarms.

use std::fmt;

use async_trait::async_trait;

use crate::{Channel, Result, Stage};

/// Takes measures. Only the supervisor has this port: agents contain no telemetry.
#[async_trait]
pub trait Metrics: Send + Sync {
    /// Takes note. Never blocks on the network and never fails: what cannot be kept is dropped and logged.
    fn record(&self, measures: &[Measure]);

    /// Sends what is still held back, as before a shutdown.
    ///
    /// # Errors
    /// `Unavailable`, `Refused`, `Busy`: what was held back may be lost.
    async fn flush(&self) -> Result<()>;

    /// Whether measures would arrive now.
    ///
    /// # Errors
    /// As [`Self::flush`].
    async fn ready(&self) -> Result<()>;
}

/// Every metric there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Turns that were closed.
    Turns,
    /// Turns whose reply lacks an agent's part.
    DegradedTurns,
    /// Turns that a person should take over.
    Handoffs,
    /// Requests that ended without a reply.
    TurnErrors,
    /// From the request until the reply was complete.
    TurnLatency,
    /// From the request until the first words of the reply.
    FirstWordLatency,
    /// How long an agent took, by outcome.
    AgentLatency,
    /// Tokens that models read.
    InputTokens,
    /// Tokens that models wrote.
    OutputTokens,
    /// Price of the models' work.
    ModelCost,
    /// How long a call of a model took, by outcome; their number is that of the calls.
    ModelLatency,
    /// From the beginning of a call until its first words.
    ModelFirstWordLatency,
}

/// What a metric counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Pieces.
    Count,
    /// Milliseconds.
    Milliseconds,
    /// Millionths of a US dollar.
    MicroUsd,
}

impl Metric {
    /// Every metric, for boards and for the tests that hold boards against the code.
    pub const ALL: [Self; 12] = [
        Self::Turns,
        Self::DegradedTurns,
        Self::Handoffs,
        Self::TurnErrors,
        Self::TurnLatency,
        Self::FirstWordLatency,
        Self::AgentLatency,
        Self::InputTokens,
        Self::OutputTokens,
        Self::ModelCost,
        Self::ModelLatency,
        Self::ModelFirstWordLatency,
    ];

    /// What it counts in.
    pub const fn unit(self) -> Unit {
        match self {
            Self::TurnLatency | Self::FirstWordLatency | Self::AgentLatency => Unit::Milliseconds,
            Self::ModelLatency | Self::ModelFirstWordLatency => Unit::Milliseconds,
            Self::ModelCost => Unit::MicroUsd,
            _ => Unit::Count,
        }
    }
}

impl fmt::Display for Metric {
    /// Its name on boards: `TurnLatency`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, out)
    }
}

/// One value of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// What was measured.
    pub metric: Metric,
    /// The value, in the metric's unit.
    pub value: f64,
    /// What it is about.
    pub about: Dimensions,
}

/// What a measure is about. Every field has few possible values: a series per customer, session or request would cost
/// more than the turns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Dimensions {
    /// Where the customer spoke from.
    pub channel: Option<Channel>,
    /// The stage of the agent.
    pub stage: Option<Stage>,
    /// The agent.
    pub agent: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The arm of an experiment.
    pub arm: Option<String>,
    /// One word for what came of it.
    pub outcome: Option<&'static str>,
}

impl Dimensions {
    /// Those that are set, as (name, value), in a fixed order.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let channel = self.channel.map(|channel| format!("{channel:?}").to_lowercase());
        let stage = self.stage.map(|stage| format!("{stage:?}").to_lowercase());
        let all = [
            ("channel", channel),
            ("stage", stage),
            ("agent", self.agent.clone()),
            ("model", self.model.clone()),
            ("arm", self.arm.clone()),
            ("outcome", self.outcome.map(str::to_owned)),
        ];
        all.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
    }
}
