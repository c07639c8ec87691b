//! When nothing may be offered, whoever would offer it: the rules of the house, in one place.

use contract::finding::{Intent, Polarity, Route, Sentiment, Target, Urgency};
use contract::{Channel, Finding, TurnContext};

/// Below this speed a car stands, in kilometres per hour: sensors are never quite still.
const STANDS_BELOW_KPH: f64 = 1.0;

/// Why nothing may be offered in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restraint {
    /// Somebody may get hurt, or might have a moment ago.
    Danger,
    /// A person takes over, or holds the conversation.
    Person,
    /// The customer complains.
    Complaint,
    /// The customer is stuck.
    Stuck,
    /// A matter or a case of the customer is open.
    OpenMatter,
    /// The customer is displeased.
    Displeased,
    /// The customer is driving.
    Driving,
}

impl Restraint {
    /// The gravest reason why nothing may be offered; none: something may.
    pub fn on(context: &TurnContext) -> Option<Self> {
        let felt: Option<&Sentiment> =
            context.find(|f| if let Finding::Sentiment(felt) = f { Some(felt) } else { None });
        let route: Option<&Route> = context.find(|f| if let Finding::Route(route) = f { Some(route) } else { None });
        let intent: Option<&Intent> = context.find(|f| if let Finding::Intent(found) = f { Some(found) } else { None });
        let urgency = felt.map_or(Urgency::Routine, |felt| felt.urgency);
        let hazards = felt.is_some_and(|felt| !felt.hazards.is_empty() || !felt.earlier_hazards.is_empty());
        let guided = route.is_some_and(|route| route.safety.is_some());
        let human = route.is_some_and(|route| route.target == Target::Human);
        let open = context.profile().is_some_and(|profile| profile.history.iter().any(|matter| matter.open))
            || context.history.last().is_some_and(|last| last.case.is_some());
        let rules = [
            (hazards || guided || urgency == Urgency::Emergency, Self::Danger),
            (human || context.held_by.is_some(), Self::Person),
            (intent.is_some_and(|intent| intent.label == "complaint"), Self::Complaint),
            (urgency == Urgency::Urgent, Self::Stuck),
            (open, Self::OpenMatter),
            (felt.is_some_and(|felt| felt.polarity == Polarity::Negative), Self::Displeased),
            (is_driving(context), Self::Driving),
        ];
        rules.into_iter().find_map(|(holds, rule)| holds.then_some(rule))
    }

    /// Whether a customer who asks for it in so many words is shown something all the same.
    pub fn yields_to_a_question(self) -> bool {
        matches!(self, Self::OpenMatter | Self::Displeased | Self::Driving)
    }

    /// The rule in words for operators.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Danger => "somebody may get hurt",
            Self::Person => "a person takes over",
            Self::Complaint => "the customer complains",
            Self::Stuck => "the customer is stuck",
            Self::OpenMatter => "a matter of the customer is open",
            Self::Displeased => "the customer is displeased",
            Self::Driving => "the customer is driving",
        }
    }
}

/// Whether somebody speaks from a car that moves. A car that does not say how fast it is may be moving.
fn is_driving(context: &TurnContext) -> bool {
    let speed = context.turn.vehicle.as_ref().and_then(|state| state.speed_kph);
    match context.turn.channel {
        Channel::Vehicle => speed.is_none_or(|speed| speed >= STANDS_BELOW_KPH),
        Channel::Web | Channel::Mobile => false,
    }
}
