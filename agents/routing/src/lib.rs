//! The routing agent: decides who acts, who answers and in which manner, from a table that is data.

mod decide;
mod safety;
mod table;

use std::time::Duration;

use async_trait::async_trait;
use contract::finding::{Intent, Sentiment};
use contract::{Agent, Answer, Card, Finding, Result, Stage, TurnContext};

pub use decide::{Situation, decide};
pub use safety::Safety;
pub use table::{Circumstance, Rule, Table};

/// Decides the route of a turn from what the analysts found. Pure: the same findings give the same route.
pub struct RoutingAgent {
    table: Table,
    safety: Safety,
}

impl RoutingAgent {
    /// An agent that decides by the shipped tables.
    ///
    /// # Errors
    /// `Invalid`, naming the rule and the field, when a table is broken.
    pub fn new() -> Result<Self> {
        Ok(Self { table: Table::shipped()?, safety: Safety::shipped()? })
    }
}

#[async_trait]
impl Agent for RoutingAgent {
    fn card(&self) -> Card {
        Card {
            name: "routing",
            purpose: "Decides who acts, who answers and in which manner.",
            stage: Stage::Route,
            budget: Duration::from_millis(250),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let situation = Situation {
            intent: context.find(intent),
            sentiment: context.find(sentiment),
            signed_in: context.turn.caller.customer().is_some(),
            wanted_tone: context.turn.tone,
            channel: context.turn.channel,
            locale: &context.turn.locale,
            words: context.turn.text.split_whitespace().count(),
            verdict: context.verdict(),
            in_case: context.history.last().is_some_and(|last| last.case.is_some()),
            held: context.held_by.is_some(),
        };
        Ok(Answer::of(Finding::Route(decide(&self.table, &self.safety, &situation))))
    }
}

fn intent(finding: &Finding) -> Option<&Intent> {
    if let Finding::Intent(intent) = finding { Some(intent) } else { None }
}

fn sentiment(finding: &Finding) -> Option<&Sentiment> {
    if let Finding::Sentiment(sentiment) = finding { Some(sentiment) } else { None }
}
