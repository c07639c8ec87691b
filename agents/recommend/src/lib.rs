//! The recommend agent: recommends accessories, charging, plans and cars from the catalogue, with reasons, and says so when
//! nothing fits.

mod catalogue;
mod rank;
mod say;
mod wording;

use std::time::Duration;

use async_trait::async_trait;
use backoffice::offers::Restraint;
use contract::finding::{Intent, Withheld};
use contract::{Agent, Answer, Card, Finding, Result, Stage, TurnContext};
use jiff::tz::TimeZone;

pub use catalogue::{Catalogue, Kind, Product};
pub use rank::{MOST, Ranking, Wish};

use crate::rank::rank;
use crate::say::Speaker;
use crate::wording::Wording;

/// From this probability an intent counts here: routing asks this agent for sure ones only.
const SURE_FROM: f32 = 0.45;

/// Recommends accessories, charging, plans and cars from the catalogue, with reasons.
pub struct RecommendAgent {
    catalogue: Catalogue,
    wording: Wording,
}

impl RecommendAgent {
    /// An agent with the shipped catalogue.
    ///
    /// # Errors
    /// `Invalid` when the catalogue is broken.
    pub fn new() -> Result<Self> {
        Ok(Self { catalogue: Catalogue::shipped()?, wording: Wording::shipped()? })
    }

    /// What is recommended to whom and why. Pure: the same turn gets the same answer.
    fn recommend(&self, context: &TurnContext) -> Answer {
        let intent: Option<&Intent> = context.find(|f| if let Finding::Intent(found) = f { Some(found) } else { None });
        let intent = intent.filter(|intent| intent.confidence >= SURE_FROM).map(|intent| intent.label.as_str());
        let month = context.turn.received.to_zoned(TimeZone::UTC).month();
        let wish = Wish::of(&context.turn.text, intent, context.profile(), month);
        let ranking = rank(&self.catalogue, &self.wording, &wish);
        let asks = self.wording.asks(&wish.said);
        let restraint = Restraint::on(context);
        if let Some(rule) = restraint.filter(|rule| !(asks && rule.yields_to_a_question())) {
            return ranking.picks.iter().map(|pick| withheld(&pick.name, rule)).collect();
        }
        let speaker = Speaker { catalogue: &self.catalogue, wording: &self.wording, wish: &wish };
        if !asks {
            return ranking.picks.iter().map(|pick| Finding::Offer(speaker.offer(pick))).collect();
        }
        let short = restraint == Some(Restraint::Driving);
        let answer = speaker.answer(&ranking, short).map(Finding::Statement);
        // What does not fit was said; what does is offered beside that.
        let beside = ranking.picks.iter().filter(|_| ranking.unfit.is_some() && !short);
        answer.into_iter().chain(beside.map(|pick| Finding::Offer(speaker.offer(pick)))).collect()
    }
}

#[async_trait]
impl Agent for RecommendAgent {
    fn card(&self) -> Card {
        Card {
            name: "recommend",
            purpose: "Recommends accessories, charging, plans and cars from the catalogue, with reasons.",
            stage: Stage::Act,
            budget: Duration::from_secs(2),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        Ok(self.recommend(context))
    }
}

fn withheld(name: &str, rule: Restraint) -> Finding {
    Finding::Withheld(Withheld { name: name.into(), rule: rule.rule().into() })
}

#[cfg(test)]
mod tests;
