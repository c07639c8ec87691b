//! A candidate configuration in the places of the agents that think.

use std::sync::Arc;

use async_trait::async_trait;
use contract::ports::{Customers, LanguageModel, Library};
use contract::profile::{Memory, Profile};
use contract::{Access, Agent, Error, ErrorKind, Finding, Result, SessionId, TurnRecord};

use crate::roster::{Assistance, SelfTaught};

/// What a candidate configuration replays turns with. Its models are really asked.
#[derive(Clone)]
pub struct Candidate {
    /// The model of the fast tier.
    pub fast: Arc<dyn LanguageModel>,
    /// The model of the capable tier.
    pub capable: Arc<dyn LanguageModel>,
    /// What helps to understand a turn.
    pub assistance: Assistance,
    /// How a reply is generated.
    pub reply: response::Limits,
    /// The library that is searched anew; without one the recorded passages stand.
    pub library: Option<Arc<dyn Library>>,
    /// What the models of one turn may cost together, in millionths of a US dollar; none: no bound.
    pub purse: Option<u64>,
}

impl Candidate {
    /// The agents that run for this turn. All others are played.
    pub(super) fn agents(&self, record: &TurnRecord) -> Result<Vec<Arc<dyn Agent>>> {
        let (mut agents, words) = SelfTaught::learn()?.assisted(&self.assistance);
        agents.push(Arc::new(response::ResponseAgent::saying(
            words,
            self.fast.clone(),
            self.capable.clone(),
            self.reply,
        )));
        if let Some(library) = &self.library {
            let profile = record.find(|finding| if let Finding::Profile(found) = finding { Some(found) } else { None });
            let customers = Arc::new(Recorded(profile.cloned()));
            agents.push(Arc::new(knowledge::KnowledgeAgent::new(library.clone(), customers)?));
        }
        Ok(agents)
    }
}

/// What a turn knew of its customer, and nothing of anybody else.
struct Recorded(Option<Profile>);

fn closed() -> Error {
    Error::new(ErrorKind::Refused, "a replay changes nothing")
}

#[async_trait]
impl Customers for Recorded {
    async fn profile(&self, access: &Access) -> Result<Profile> {
        let own = self.0.as_ref().filter(|profile| profile.customer == *access.customer());
        own.cloned().ok_or_else(|| Error::new(ErrorKind::NotFound, "the turn was taken without a profile"))
    }

    async fn remember(&self, _access: &Access, _memories: &[Memory]) -> Result<()> {
        Err(closed())
    }

    async fn forget(&self, _access: &Access, _session: Option<&SessionId>) -> Result<()> {
        Err(closed())
    }

    async fn agree_to_offers(&self, _access: &Access, _agreed: bool) -> Result<()> {
        Err(closed())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}
