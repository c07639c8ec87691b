//! Every metric there is, what it counts in, and by what it is told apart.

use std::fmt;

/// Every metric there is.
///
/// Each is really measured. How many series all of them make together is bounded, and a test holds it:
/// [`Metric::most_series`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Requests to the API that were answered over HTTP, by how. What is said over a socket is in `Turns`.
    Requests,
    /// Requests and connections that were turned away by a limit or for their credential, by why.
    RefusedRequests,
    /// Turns that were closed.
    Turns,
    /// Turns whose reply lacks an agent's part: 1 or 0 for each turn, so that the mean is their share.
    DegradedTurns,
    /// Turns that a person should take over: 1 or 0 for each turn.
    Handoffs,
    /// Requests that ended without a reply, for our own sake.
    TurnErrors,
    /// From the request until the reply was complete.
    TurnLatency,
    /// From the request until the first words of the reply.
    FirstWordLatency,
    /// How long an agent took.
    AgentLatency,
    /// Agents that were asked, by what came of it.
    AgentReports,
    /// Agents' answers for which no model was asked, because what is built in was sure or is all there is: 1 or 0 for each
    /// report of an agent that may ask one.
    BuiltInAnswers,
    /// Calls of models, by what came of them; a throttled one is `throttled`.
    ModelCalls,
    /// Calls that were made again because the same call had failed.
    Retries,
    /// Second calls that were made because the first was slow to speak.
    Hedges,
    /// Calls of a model that stood in for one before it in its list, the built-in answerer among them.
    Failovers,
    /// How long a call of a model took.
    ModelLatency,
    /// From the beginning of a call until its first words.
    ModelFirstWordLatency,
    /// Tokens that models read.
    InputTokens,
    /// Those of them that came from the vendor's prompt cache, as far as the vendor tells.
    CachedInputTokens,
    /// Tokens that models wrote.
    OutputTokens,
    /// Price of the models' work.
    ModelCost,
    /// What could be done for customers, by how far it came: `proposed`, `carried_out`, `failed`, `declined`.
    Actions,
    /// What customers said of replies, by `up` and `down`.
    Feedback,
    /// Cases that wait for a person, whenever they are counted.
    HandoffsWaiting,
    /// How long the case that has waited longest has waited, whenever it is looked at.
    LongestWait,
    /// Connections that are open, sockets among them, whenever they are counted.
    OpenConnections,
    /// Sockets that are open, whenever they are counted.
    OpenSockets,
    /// Turns that are under way, whenever they are counted.
    TurnsUnderWay,
    /// How long ago the oldest turn was closed that nobody has learned from yet, whenever it is looked at.
    LearnerLag,
}

/// What a metric counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Pieces.
    Count,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Millionths of a US dollar.
    MicroUsd,
}

/// What the values of a metric are, and so what can be made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Things that happened: their sum tells how many.
    Counter,
    /// How large each of many things was: percentiles tell.
    Distribution,
    /// How things stand at one moment: the largest or the mean of a period tells, never the sum.
    Gauge,
}

/// By what series are told apart. Each has few possible values: a series per customer, session or request would cost more
/// than the turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// Where the customer spoke from.
    Channel,
    /// The agent.
    Agent,
    /// The model.
    Model,
    /// The arm of an experiment.
    Arm,
    /// One word for what came of it.
    Outcome,
    /// The queue of people.
    Queue,
}

use Dimension::{Agent, Arm, Channel, Model, Outcome, Queue};

impl Metric {
    /// Every metric, for boards and for the tests that hold boards against the code.
    pub const ALL: [Self; 29] = [
        Self::Requests,
        Self::RefusedRequests,
        Self::Turns,
        Self::DegradedTurns,
        Self::Handoffs,
        Self::TurnErrors,
        Self::TurnLatency,
        Self::FirstWordLatency,
        Self::AgentLatency,
        Self::AgentReports,
        Self::BuiltInAnswers,
        Self::ModelCalls,
        Self::Retries,
        Self::Hedges,
        Self::Failovers,
        Self::ModelLatency,
        Self::ModelFirstWordLatency,
        Self::InputTokens,
        Self::CachedInputTokens,
        Self::OutputTokens,
        Self::ModelCost,
        Self::Actions,
        Self::Feedback,
        Self::HandoffsWaiting,
        Self::LongestWait,
        Self::OpenConnections,
        Self::OpenSockets,
        Self::TurnsUnderWay,
        Self::LearnerLag,
    ];

    /// What it counts in.
    pub const fn unit(self) -> Unit {
        match self {
            Self::TurnLatency | Self::FirstWordLatency | Self::AgentLatency => Unit::Milliseconds,
            Self::ModelLatency | Self::ModelFirstWordLatency => Unit::Milliseconds,
            Self::LongestWait | Self::LearnerLag => Unit::Seconds,
            Self::ModelCost => Unit::MicroUsd,
            _ => Unit::Count,
        }
    }

    /// What its values are.
    pub const fn kind(self) -> Kind {
        match self {
            Self::HandoffsWaiting | Self::LongestWait | Self::LearnerLag => Kind::Gauge,
            Self::OpenConnections | Self::OpenSockets | Self::TurnsUnderWay => Kind::Gauge,
            _ if matches!(self.unit(), Unit::Milliseconds) => Kind::Distribution,
            _ => Kind::Counter,
        }
    }

    /// The sets of dimensions that it is kept by: one series for each set and each combination of values, beside the service
    /// and the deployment. The empty set is the total, of which a percentile cannot be made from parts.
    pub const fn sets(self) -> &'static [&'static [Dimension]] {
        match self {
            Self::Turns | Self::TurnLatency | Self::FirstWordLatency => &[&[], &[Channel], &[Arm]],
            Self::DegradedTurns => &[&[]],
            Self::Requests | Self::RefusedRequests | Self::TurnErrors | Self::Feedback => &[&[], &[Outcome]],
            Self::AgentLatency | Self::BuiltInAnswers => &[&[Agent]],
            Self::AgentReports => &[&[Agent, Outcome]],
            Self::ModelCalls => &[&[Outcome], &[Model, Outcome]],
            Self::Retries | Self::Hedges | Self::Failovers | Self::CachedInputTokens => &[&[], &[Model]],
            Self::ModelLatency | Self::ModelFirstWordLatency => &[&[Model]],
            Self::InputTokens | Self::OutputTokens | Self::ModelCost => &[&[], &[Agent], &[Model]],
            Self::Actions => &[&[Outcome], &[Agent, Outcome]],
            Self::Handoffs | Self::HandoffsWaiting | Self::LongestWait => &[&[], &[Queue]],
            Self::OpenConnections | Self::OpenSockets | Self::TurnsUnderWay | Self::LearnerLag => &[&[]],
        }
    }

    /// Every word that its outcome may be; none where it is not told apart by outcome.
    pub const fn outcomes(self) -> &'static [&'static str] {
        match self {
            Self::Requests => &["answered", "refused", "failed"],
            Self::RefusedRequests => {
                &["unauthenticated", "forbidden", "too_many", "too_large", "malformed", "overloaded"]
            }
            Self::TurnErrors => &["busy", "timed_out", "unavailable", "internal"],
            Self::AgentReports => &["answered", "reduced", "late", "failed", "abandoned"],
            Self::ModelCalls => {
                &["complete", "length", "filtered", "throttled", "timed_out", "refused", "failed", "left"]
            }
            Self::Actions => &["proposed", "carried_out", "failed", "declined"],
            Self::Feedback => &["up", "down"],
            _ => &[],
        }
    }

    /// The metric of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.to_string() == name)
    }
}

impl fmt::Display for Metric {
    /// Its name on boards: `TurnLatency`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, out)
    }
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 6] = [Channel, Agent, Model, Arm, Outcome, Queue];

    /// Its name on boards.
    pub const fn name(self) -> &'static str {
        match self {
            Channel => "channel",
            Agent => "agent",
            Model => "model",
            Arm => "arm",
            Outcome => "outcome",
            Queue => "queue",
        }
    }

    /// The dimension of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }
}
