//! Who works here: the one list of agents. A new agent is one crate and one line of this list.

use std::sync::Arc;

use contract::ports::{Customers, LanguageModel, Library};
use contract::{Agent, Error, ErrorKind, Result, Stage};

/// The agents of this deployment.
pub struct Roster {
    agents: Vec<Arc<dyn Agent>>,
}

/// What the agents work with.
#[derive(Clone)]
pub struct Tools {
    /// The library.
    pub library: Arc<dyn Library>,
    /// The customer store.
    pub customers: Arc<dyn Customers>,
    /// The model of the fast tier.
    pub fast: Arc<dyn LanguageModel>,
    /// The model of the capable tier.
    pub capable: Arc<dyn LanguageModel>,
    /// How a reply is generated.
    pub reply: response::Limits,
}

impl Roster {
    /// Hires the agents of the product.
    ///
    /// # Errors
    /// `Invalid` when an agent's data files are broken.
    pub fn hire(tools: &Tools) -> Result<Self> {
        Self::join(Self::self_taught()?, tools)
    }

    /// The agents that need nothing but their own tables, so that they can be made while the tools are still fetched.
    ///
    /// # Errors
    /// `Invalid` when an agent's data files are broken.
    pub fn self_taught() -> Result<Vec<Arc<dyn Agent>>> {
        Ok(vec![
            Arc::new(intent::IntentAgent::new()?),
            Arc::new(sentiment::SentimentAgent::new()?),
            Arc::new(routing::RoutingAgent::new()?),
        ])
    }

    /// The self-taught agents, joined by those that work with tools.
    ///
    /// # Errors
    /// `Invalid` when an agent's data files are broken.
    pub fn join(mut agents: Vec<Arc<dyn Agent>>, tools: &Tools) -> Result<Self> {
        let Tools { library, customers, fast, capable, reply } = tools.clone();
        let with_tools: [Arc<dyn Agent>; 3] = [
            Arc::new(knowledge::KnowledgeAgent::new(library, customers.clone())?),
            Arc::new(personalization::PersonalizationAgent::new(customers)),
            Arc::new(response::ResponseAgent::new(fast, capable, reply)?),
        ];
        agents.extend(with_tools);
        Self::of(agents)
    }

    /// A roster of these agents, in the order of their stages.
    ///
    /// # Errors
    /// `Invalid` when two agents share a name: their reports could not be told apart.
    pub fn of(mut agents: Vec<Arc<dyn Agent>>) -> Result<Self> {
        agents.sort_by_key(|agent| agent.card().stage);
        for (index, agent) in agents.iter().enumerate() {
            let name = agent.card().name;
            if agents[..index].iter().any(|earlier| earlier.card().name == name) {
                return Err(Error::new(ErrorKind::Invalid, format!("two agents on the roster are called {name:?}")));
            }
        }
        Ok(Self { agents })
    }

    /// The agents of a stage, in the order of the roster.
    pub fn at(&self, stage: Stage) -> impl Iterator<Item = &Arc<dyn Agent>> {
        self.agents.iter().filter(move |agent| agent.card().stage == stage)
    }

    /// Whether an agent of this name works here.
    pub fn employs(&self, name: &str) -> bool {
        self.agents.iter().any(|agent| agent.card().name == name)
    }

    /// All agents, so that a test can wrap them.
    pub fn into_agents(self) -> Vec<Arc<dyn Agent>> {
        self.agents
    }
}
