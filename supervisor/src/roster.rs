//! Who works here: the one list of agents. A new agent is one crate and one line of this list.

use std::sync::Arc;
use std::time::Duration;

use backoffice::{Handoffs, Offers, ServiceDesk, Vehicles};
use contract::ports::{Conversations, Customers, LanguageModel, Library};
use contract::{Agent, Error, ErrorKind, Result, Stage, When};
use intent::IntentAgent;
use learning::Learner;
use sentiment::SentimentAgent;

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
    /// What was said before.
    pub conversations: Arc<dyn Conversations>,
    /// The systems of the house that agents act on.
    pub office: BackOffice,
    /// The model of the fast tier.
    pub fast: Arc<dyn LanguageModel>,
    /// The model of the capable tier.
    pub capable: Arc<dyn LanguageModel>,
    /// What helps to understand a turn.
    pub assistance: Assistance,
    /// How a reply is generated.
    pub reply: response::Limits,
}

/// The systems of the house that agents act on.
#[derive(Clone)]
pub struct BackOffice {
    /// Appointments, and what is known of each car.
    pub service_desk: Arc<dyn ServiceDesk>,
    /// The cars.
    pub vehicles: Arc<dyn Vehicles>,
    /// What was offered to whom.
    pub offers: Arc<dyn Offers>,
    /// The queue of people.
    pub handoffs: Arc<dyn Handoffs>,
}

/// A model that helps agents to understand a turn, and when each asks it.
#[derive(Clone)]
pub struct Assistance {
    /// The model.
    pub model: Arc<dyn LanguageModel>,
    /// How long it is waited for.
    pub patience: Duration,
    /// When it is asked what a customer wants.
    pub intent: When,
    /// When it is asked how a customer feels.
    pub sentiment: When,
}

/// The agents that need nothing but their own tables, so that they can be made while the tools are still fetched.
pub struct SelfTaught {
    /// Says what a customer wants.
    pub intent: IntentAgent,
    /// Says how a customer feels.
    pub sentiment: SentimentAgent,
    /// Says who acts.
    pub routing: routing::RoutingAgent,
    /// What the response agent says and is told.
    pub words: response::Words,
}

impl SelfTaught {
    /// Reads the agents' tables.
    ///
    /// # Errors
    /// `Invalid` when an agent's data files are broken.
    pub fn learn() -> Result<Self> {
        let (intent, sentiment) = (IntentAgent::new()?, SentimentAgent::new()?);
        Ok(Self { intent, sentiment, routing: routing::RoutingAgent::new()?, words: response::Words::shipped()? })
    }
}

impl SelfTaught {
    /// These agents, each with the model that it asks for a second opinion, and the words of the one that responds.
    pub(crate) fn assisted(self, help: &Assistance) -> (Vec<Arc<dyn Agent>>, response::Words) {
        let Assistance { model, patience, intent, sentiment } = help.clone();
        let agents: Vec<Arc<dyn Agent>> = vec![
            Arc::new(self.intent.assisted_by(model.clone(), intent, patience)),
            Arc::new(self.sentiment.assisted_by(model, sentiment, patience)),
            Arc::new(self.routing),
        ];
        (agents, self.words)
    }
}

impl Roster {
    /// Hires the agents of the product.
    ///
    /// # Errors
    /// `Invalid` when an agent's data files are broken.
    pub fn hire(tools: &Tools) -> Result<Self> {
        Self::join(SelfTaught::learn()?, tools)
    }

    /// The self-taught agents, joined by those that work with tools.
    ///
    /// # Errors
    /// `Invalid` when an agent's data files are broken.
    pub fn join(agents: SelfTaught, tools: &Tools) -> Result<Self> {
        let Tools { library, customers, conversations, office, fast, capable, assistance, reply } = tools.clone();
        let (mut all, words) = agents.assisted(&assistance);
        let with_tools: Vec<Arc<dyn Agent>> = vec![
            Arc::new(knowledge::KnowledgeAgent::new(library, customers.clone())?),
            Arc::new(personalization::PersonalizationAgent::new(customers)?),
            Arc::new(cockpit::CockpitAgent::new(office.vehicles)?),
            Arc::new(servicing::ServicingAgent::new(office.service_desk)?),
            Arc::new(recommend::RecommendAgent::new()?),
            Arc::new(marketing::MarketingAgent::new(office.offers, tools.customers.clone())?),
            Arc::new(handoff::HandoffAgent::new(office.handoffs, conversations)?),
            Arc::new(response::ResponseAgent::saying(words, fast, capable, reply)),
        ];
        all.extend(with_tools);
        Self::of(all)
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

    /// What learns from closed turns.
    ///
    /// # Errors
    /// `Invalid` when a learner's data files are broken.
    pub fn learners() -> Result<Vec<Arc<dyn Learner>>> {
        let labels = IntentAgent::shipped_labels()?;
        Ok(vec![
            Arc::new(analytics::AnalyticsAgent::new(labels.clone())?),
            Arc::new(insights::InsightsAgent::new(labels)?),
        ])
    }

    /// All agents, so that a test can wrap them.
    pub fn into_agents(self) -> Vec<Arc<dyn Agent>> {
        self.agents
    }
}
