//! The knowledge agent: puts the customer's question to the library, for the car that they mean.

mod question;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::agent::{Agent, Answer, Card, Stage, TurnContext};
use contract::finding::Passage;
use contract::ports::{Customers, Library, Query, VehicleFilter};
use contract::profile::Profile;
use contract::{ErrorKind, Finding, Result, Turn};

use crate::analysis::{primary, words};
use question::Conversation;

/// Passages that are handed on.
const PASSAGES: usize = 5;

/// Passages that are looked at to put the customer's variant first.
const LOOKED_AT: usize = 12;

/// Passages that tell whether a word is the name of a model.
const NAMED_PASSAGES: usize = 4;

/// Different words among which the name of a model is looked for.
const LONGEST_NAMING: usize = 32;

/// What a passage about another variant counts against one about the customer's own.
const OTHER_VARIANT: f32 = 0.85;

/// The language of the library when the customer's own finds nothing.
const FALLBACK_LANGUAGE: &str = "en";

/// Finds the passages that bear on a turn.
pub struct KnowledgeAgent {
    library: Arc<dyn Library>,
    customers: Arc<dyn Customers>,
    conversation: Conversation,
}

impl KnowledgeAgent {
    /// An agent that asks `library`, and `customers` for the car when the customer names none.
    ///
    /// # Errors
    /// `Internal` when the built-in word table is broken.
    pub fn new(library: Arc<dyn Library>, customers: Arc<dyn Customers>) -> Result<Self> {
        Ok(Self { library, customers, conversation: Conversation::built_in()? })
    }

    /// The customer's profile; none for a stranger, and none when the store fails: a search for all cars is better
    /// than no search.
    async fn profile(&self, turn: &Turn) -> Option<Profile> {
        let vin = turn.vehicle.as_ref().and_then(|state| state.vin.as_deref());
        match self.customers.profile(&turn.caller.access()?).await {
            Ok(profile) => Some(profile.in_the_car(vin)),
            Err(error) => {
                if error.kind != ErrorKind::NotFound {
                    tracing::warn!(%error, "searching without the customer's car");
                }
                None
            }
        }
    }

    /// The vehicles that the customer speaks of: those named now, else those named shortly before, else their own.
    async fn vehicles(&self, context: &TurnContext, profile: Option<&Profile>) -> Result<Vec<VehicleFilter>> {
        let turn = &context.turn;
        let before = question::recent(&context.history);
        for text in [turn.text.as_str(), &before] {
            let models = self.models_named_in(text).await?;
            if !models.is_empty() {
                let year = question::year_in(&turn.text);
                return Ok(models.into_iter().map(|model| question::filter(model, year, profile)).collect());
            }
        }
        Ok(profile.map(|profile| question::own(profile, question::year_in(&turn.text))).unwrap_or_default())
    }

    /// The models that the library has passages for and that `text` names.
    ///
    /// Each word is looked up alone: what a model is called stands in the passages about it, and a search for one word
    /// is never refused as beside the point.
    async fn models_named_in(&self, text: &str) -> Result<Vec<String>> {
        let said: Vec<_> = words(text).collect();
        let mut distinct: Vec<&String> = Vec::new();
        let mut models: Vec<String> = Vec::new();
        for word in said.iter().filter(|word| word.chars().any(char::is_alphabetic)) {
            if distinct.len() == LONGEST_NAMING || distinct.contains(&word) {
                continue;
            }
            distinct.push(word);
            let query = Query { text: word.clone(), limit: NAMED_PASSAGES, ..Query::default() };
            let passages = self.library.search(&query).await?;
            let named = passages.into_iter().flat_map(|passage| passage.applies.models);
            for model in named.filter(|model| question::names(&said, model)) {
                if !models.contains(&model) {
                    models.push(model);
                }
            }
        }
        Ok(models)
    }

    /// Searches in the customer's language, and in English when there is nothing in it.
    async fn search(&self, mut query: Query) -> Result<Vec<Passage>> {
        let found = self.library.search(&query).await?;
        if !found.is_empty() || query.language.as_deref() == Some(FALLBACK_LANGUAGE) {
            return Ok(found);
        }
        query.language = Some(FALLBACK_LANGUAGE.into());
        self.library.search(&query).await
    }
}

#[async_trait]
impl Agent for KnowledgeAgent {
    fn card(&self) -> Card {
        Card {
            name: "knowledge",
            purpose: "Finds what the manuals, articles and trouble codes say about it.",
            stage: Stage::Analyze,
            budget: Duration::from_secs(1),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let turn = &context.turn;
        let profile = self.profile(turn).await;
        let vehicles = self.vehicles(context, profile.as_ref()).await?;
        // A customer may have forbidden that the car's data is used; who has no profile sent it to be used.
        let warnings = turn.vehicle.iter().flat_map(|state| &state.warnings);
        let allowed = profile.as_ref().is_none_or(|profile| profile.consents.vehicle_data);
        let warnings: Vec<&str> = warnings.filter(|_| allowed).map(String::as_str).collect();
        let query = Query {
            text: self.conversation.text(&turn.text, &warnings, &context.history),
            market: profile.as_ref().map(|profile| profile.market.clone()).filter(|market| !market.is_empty()),
            language: Some(primary(&turn.locale)),
            limit: LOOKED_AT,
            vehicles,
        };
        let mut passages = self.search(query).await?;
        question::prefer_variant(&mut passages, profile.as_ref(), OTHER_VARIANT);
        passages.truncate(PASSAGES);
        Ok(passages.into_iter().map(Finding::Passage).collect())
    }
}

#[cfg(test)]
mod tests;
