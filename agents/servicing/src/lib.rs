//! The servicing agent: books, moves and cancels workshop appointments, and knows what is due for a car.
//!
//! It reads what is asked (`asked`), when (`when`) and where (`place`), chooses among the free slots (`choose`), and proposes.
//! Nothing is booked, moved or cancelled before the customer's yes (`visit/carry`).

mod asked;
mod choose;
mod place;
mod say;
mod upkeep;
mod visit;
mod when;
mod words;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backoffice::ServiceDesk;
use contract::finding::Statement;
use contract::{Agent, Answer, Card, Consent, Finding, Result, Stage, TurnContext};

use self::asked::Asked;
use self::place::Towns;
use self::upkeep::Upkeep;
use self::visit::Visit;
use self::words::{Text, Words};

/// Its name on the roster and on its actions.
pub(crate) const NAME: &str = "servicing";
/// What its statements are known from.
pub(crate) const SOURCE: &str = "Service desk";

/// Books, moves and cancels workshop appointments, and knows what is due for a car.
pub struct ServicingAgent {
    desk: Arc<dyn ServiceDesk>,
    tables: Tables,
}

/// What it knows by heart.
pub(crate) struct Tables {
    pub(crate) words: Words,
    pub(crate) towns: Towns,
    pub(crate) upkeep: Upkeep,
}

impl ServicingAgent {
    /// An agent that works with this service desk.
    ///
    /// # Errors
    /// `Invalid` when its tables are broken.
    pub fn new(desk: Arc<dyn ServiceDesk>) -> Result<Self> {
        let tables = Tables { words: Words::shipped()?, towns: Towns::shipped()?, upkeep: Upkeep::shipped()? };
        Ok(Self { desk, tables })
    }

    fn asked(&self, context: &TurnContext) -> Asked {
        let intent = context.find(|finding| if let Finding::Intent(intent) = finding { Some(intent) } else { None });
        let label = intent.map_or("", |intent| intent.label.as_str());
        Asked::read(label, &Text::of(&context.turn.text), &self.tables.words)
    }
}

#[async_trait]
impl Agent for ServicingAgent {
    fn card(&self) -> Card {
        Card {
            name: NAME,
            purpose: "Books, moves and cancels workshop appointments, and knows what is due for a car.",
            stage: Stage::Act,
            budget: Duration::from_secs(2),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let asked = self.asked(context);
        let Some(access) = context.turn.caller.access() else {
            return Ok(if asked.needs_a_customer() { sign_in() } else { Answer::default() });
        };
        // A customer whose profile was not found has no cars here.
        let Some(profile) = context.profile() else { return Ok(Answer::default()) };
        let visit = Visit { desk: &*self.desk, tables: &self.tables, context, access, profile };
        let findings = match context.verdict().filter(|verdict| verdict.actions.iter().any(|a| a.agent == NAME)) {
            Some(verdict) => match verdict.consent {
                Consent::Yes => visit.carry_out().await?,
                Consent::Change => visit.change_mind(verdict).await?,
                Consent::Unclear => visit.ask_again(verdict),
                Consent::No => Vec::new(),
            },
            None => visit.answer(asked).await?,
        };
        Ok(findings.into_iter().collect())
    }
}

fn sign_in() -> Answer {
    let text = "To book, move or see a workshop appointment here, please sign in: then I know your car.".to_owned();
    Answer::of(Finding::Statement(Statement { text, source: None, closes: false }))
}

#[cfg(test)]
mod tests;
