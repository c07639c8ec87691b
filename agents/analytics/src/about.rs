//! About what something is counted: everything, or one value of one dimension.

use contract::{Channel, TurnRecord};

/// What stands for an intent that is not in the catalogue.
pub const OTHER: &str = "other";

/// Longest value of a dimension, in characters: names of agents, models and arms come from the configuration.
const LONGEST: usize = 64;

/// By what counts are told apart, besides the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// Where the customer spoke from.
    Channel,
    /// What they wanted.
    Intent,
    /// The arm of an experiment that replied.
    Arm,
    /// The agent.
    Agent,
    /// The model: of a turn, the one that wrote the reply; of tokens and cost, the one that was called.
    Model,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 5] = [Self::Channel, Self::Intent, Self::Arm, Self::Agent, Self::Model];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Intent => "intent",
            Self::Arm => "arm",
            Self::Agent => "agent",
            Self::Model => "model",
        }
    }

    /// The dimension of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// What a count about this value says of itself: `channel=web`.
    pub fn about(self, value: &str) -> String {
        let value: String = value.chars().take(LONGEST).collect();
        format!("{}={value}", self.name())
    }
}

/// Where the customer spoke from, in a word.
pub(crate) const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Web => "web",
        Channel::Mobile => "mobile",
        Channel::Vehicle => "vehicle",
    }
}

/// All that a turn is counted about: everything, its channel, its intent, its arm if there is one.
pub(crate) fn of_turn(record: &TurnRecord, intent: &str) -> Vec<String> {
    let arm = record.reply.arm.as_ref().map(|arm| Dimension::Arm.about(arm));
    let always =
        [String::new(), Dimension::Channel.about(channel(record.turn.channel)), Dimension::Intent.about(intent)];
    always.into_iter().chain(arm).collect()
}
