//! What each metric means, in one line for whoever reads a page of metrics.

use crate::metric::Metric;

impl Metric {
    /// What it means, without a full stop.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Requests => "Requests to the API answered over HTTP",
            Self::RefusedRequests => "Requests and connections turned away by a limit or for their credential",
            Self::Turns => "Turns that were closed",
            Self::DegradedTurns => "Turns whose reply lacks an agent's part",
            Self::Handoffs => "Turns that a person should take over",
            Self::TurnErrors => "Turns that ended without a reply, for our own sake",
            Self::TurnLatency => "Time from the request until the reply was complete",
            Self::FirstWordLatency => "Time from the request until the first words of the reply",
            Self::AgentLatency => "Time that an agent took",
            Self::AgentReports => "Agents that were asked, by what came of it",
            Self::BuiltInAnswers => "Agents' answers for which no model was asked",
            Self::ModelCalls => "Calls of models, by what came of them",
            Self::Retries => "Calls made again because the same call had failed",
            Self::Hedges => "Second calls made because the first was slow to speak",
            Self::Failovers => "Calls of a model that stood in for one before it",
            Self::ModelLatency => "Time that a call of a model took",
            Self::ModelFirstWordLatency => "Time from the beginning of a call until its first words",
            Self::InputTokens => "Tokens that models read",
            Self::CachedInputTokens => "Tokens read that came from the vendor's prompt cache",
            Self::OutputTokens => "Tokens that models wrote",
            Self::ModelCost => "Price of the models' work",
            Self::Actions => "What could be done for customers, by how far it came",
            Self::Feedback => "What customers said of replies",
            Self::HandoffsWaiting => "Cases that wait for a person",
            Self::LongestWait => "How long the case has waited that has waited longest",
            Self::OpenConnections => "Connections that are open, sockets among them",
            Self::OpenSockets => "Sockets that are open",
            Self::TurnsUnderWay => "Turns that are under way",
            Self::LearnerLag => "How long ago the oldest turn was closed that nobody has learned from",
        }
    }
}
