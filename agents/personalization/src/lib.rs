//! The personalization agent: says who the customer is, and states what is known of them as facts that a reply may use.

mod describe;
mod memory;
mod preferences;
mod tables;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::Customers;
use contract::{Agent, Answer, Card, ErrorKind, Finding, Result, Stage, TurnContext};

pub use memory::Remembrance;

/// Looks up the customer of a turn.
pub struct PersonalizationAgent {
    customers: Arc<dyn Customers>,
    remembrance: Remembrance,
}

impl PersonalizationAgent {
    /// An agent that knows the customers of this store.
    ///
    /// # Errors
    /// `Invalid` when its tables are broken.
    pub fn new(customers: Arc<dyn Customers>) -> Result<Self> {
        Ok(Self { customers, remembrance: Remembrance::shipped()? })
    }
}

#[async_trait]
impl Agent for PersonalizationAgent {
    fn card(&self) -> Card {
        Card {
            name: "personalization",
            purpose: "Says who the customer is: profile, vehicles, past matters, consents, what is remembered.",
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
        let mut profile = profile.in_the_car(vin);
        let (text, here) = (&context.turn.text, &context.turn.session);
        let recalled = self.remembrance.recall(text, &profile.memories, here).map(Finding::Statement);
        let remembered = self.remembrance.facts(&profile.memories, here);
        self.remembrance.bound(&mut profile.memories);
        let facts = describe::facts(&profile).into_iter().chain(remembered).map(Finding::Fact);
        Ok(std::iter::once(Finding::Profile(profile.clone())).chain(recalled).chain(facts).collect())
    }
}
