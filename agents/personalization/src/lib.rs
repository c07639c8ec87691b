//! The personalization agent: says who the customer is, and states what is known of them as facts that a reply may use.

mod describe;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::Customers;
use contract::{Agent, Answer, Card, ErrorKind, Finding, Result, Stage, TurnContext};

/// Looks up the customer of a turn.
pub struct PersonalizationAgent {
    customers: Arc<dyn Customers>,
}

impl PersonalizationAgent {
    /// An agent that knows the customers of this store.
    pub fn new(customers: Arc<dyn Customers>) -> Self {
        Self { customers }
    }
}

#[async_trait]
impl Agent for PersonalizationAgent {
    fn card(&self) -> Card {
        Card {
            name: "personalization",
            purpose: "Says who the customer is: profile, vehicles, past matters, consents.",
            stage: Stage::Analyze,
            budget: Duration::from_secs(1),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let Some(access) = context.turn.caller.access() else {
            return Ok(Answer::default());
        };
        let profile = match self.customers.profile(&access).await {
            Ok(profile) => profile,
            // A verified customer without a profile is new, not an error.
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Answer::default()),
            Err(error) => return Err(error),
        };
        let vin = context.turn.vehicle.as_ref().and_then(|state| state.vin.as_deref());
        let profile = profile.in_the_car(vin);
        let facts = describe::facts(&profile).into_iter().map(Finding::Fact);
        Ok(std::iter::once(Finding::Profile(profile.clone())).chain(facts).collect())
    }
}
