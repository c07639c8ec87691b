//! Puts each agent where its setting says: here, or a stand-in for a function of its own.

use std::sync::Arc;

#[cfg(feature = "aws")]
use contract::ports::Clock;
use contract::{Agent, Result};

use super::Adapters;
use crate::roster::Roster;
#[cfg(feature = "aws")]
use crate::settings::Settings;

impl Adapters<'_> {
    /// The roster, with a stand-in for each agent that runs elsewhere.
    pub(super) fn placed(&self, roster: Roster) -> Result<Roster> {
        Roster::of(roster.into_agents().into_iter().map(|agent| self.place(agent)).collect::<Result<_>>()?)
    }

    #[cfg(feature = "aws")]
    fn place(&self, agent: Arc<dyn Agent>) -> Result<Arc<dyn Agent>> {
        let card = agent.card();
        let Some(function) = self.settings.places.functions.get(card.name) else { return Ok(agent) };
        let place = self.cloud()?.function(function);
        Ok(Arc::new(crate::remote::RemoteAgent::new(card, place, self.clock.clone())))
    }

    #[cfg(not(feature = "aws"))]
    fn place(&self, agent: Arc<dyn Agent>) -> Result<Arc<dyn Agent>> {
        let elsewhere = self.settings.places.functions.get(agent.card().name);
        elsewhere.map_or(Ok(agent), |function| Err(super::unknown("agents", function)))
    }
}

/// The agent that the setting `lambda.agent` names, with its tools, and the clock that it is measured by.
///
/// # Errors
/// `Invalid` when none is named; whatever keeps an adapter from opening, with a hint.
#[cfg(feature = "aws")]
pub async fn agent(settings: &Settings) -> Result<(Arc<dyn Agent>, Arc<dyn Clock>)> {
    use contract::Error;

    let named = settings.places.this.ok_or_else(|| {
        Error::invalid("lambda.agent", "this function is told which agent it is by nobody")
            .hint("set MOTORLINE_LAMBDA_AGENT to the name of an agent")
    })?;
    let learning = tokio::task::spawn_blocking(crate::roster::SelfTaught::learn);
    let adapters = Adapters::reach(settings, Arc::new(local::SystemClock::start())).await?;
    let tools = adapters.tools(Arc::new(local::SystemEntropy)).await?;
    let roster = Roster::join(super::taught(learning).await?, &tools)?;
    let found = roster.into_agents().into_iter().find(|agent| agent.card().name == named);
    let agent = found.ok_or_else(|| Error::invalid("lambda.agent", format!("nobody called {named:?} works here")))?;
    Ok((agent, adapters.clock))
}
