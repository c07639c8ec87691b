//! Turns in which an agent was lost, each in turn and in every way, go the same way again.

use std::future::pending;
use std::sync::Arc;

use async_trait::async_trait;
use contract::ports::{Deltas, Fingerprint, LanguageModel};
use contract::prompt::Prompt;
use contract::testing::{customer, turn};
use contract::{
    Agent, Answer, Card, Errand, Error, ErrorKind, IdempotencyKey, Outcome, Result, TurnContext, TurnRecord,
};
use futures::{StreamExt, stream};
use local::{Database, SqliteConversations, SystemClock};
use models::prices::Price;
use models::{AuditedModel, OfflineModel};
use supervisor::event::Nobody;
use supervisor::roster::{Roster, Tools};
use supervisor::turn::Request;

use super::{replay, shown};
use crate::house::{TestClock, tools};

/// An agent that is lost before it says anything.
struct Lost(Arc<dyn Agent>, bool);

#[async_trait]
impl Agent for Lost {
    fn card(&self) -> Card {
        self.0.card()
    }

    async fn run(&self, _context: &TurnContext) -> Result<Answer> {
        if self.1 { pending().await } else { Err(Error::new(ErrorKind::Unavailable, "planted")) }
    }
}

/// A model that says so many pieces, and then nothing more.
struct Halting(usize);

#[async_trait]
impl LanguageModel for Halting {
    fn name(&self) -> &str {
        "halting"
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let said = OfflineModel::new().generate(prompt, errand).await?.take(self.0);
        Ok(said.chain(stream::pending()).boxed())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// A turn of the product, its agents changed so.
async fn taken(tools: &Tools, change: impl Fn(Arc<dyn Agent>) -> Arc<dyn Agent>) -> TurnRecord {
    let agents = Roster::hire(tools).unwrap().into_agents();
    let roster = Roster::of(agents.into_iter().map(change).collect()).unwrap();
    let clock = Arc::new(TestClock(tokio::time::Instant::now()));
    let store = Arc::new(SqliteConversations::new(Database::in_memory().unwrap(), clock.clone()));
    let turn = turn("lost", "lost", &customer("ada"), "What tyre pressure does my car need?");
    let request = Request { turn, key: IdempotencyKey::new("lost").unwrap(), fingerprint: Fingerprint("lost".into()) };
    crate::faults::supervisor(roster, store, clock).take(request, Arc::new(Nobody)).await.unwrap()
}

async fn goes_again(record: &TurnRecord) {
    let turns = std::slice::from_ref(record);
    let replayed = replay().play(&record.turn.id, turns).await.unwrap();
    assert_eq!(shown(&replayed.differences()), "", "{record:#?}");
    assert_eq!(replayed.again.degraded, record.degraded);
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_lost_an_agent_goes_the_same_way_again() {
    let (tools, mut lost) = (tools(), 0);
    let names = Roster::hire(&tools).unwrap().into_agents().into_iter().map(|agent| agent.card().name);
    for name in names {
        for hangs in [false, true] {
            let lose = |agent: Arc<dyn Agent>| {
                if agent.card().name == name { Arc::new(Lost(agent, hangs)) } else { agent }
            };
            let record = taken(&tools, lose).await;
            lost += usize::from(!record.degraded.is_empty());
            goes_again(&record).await;
        }
    }
    assert!(lost > 12, "{lost}");
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_was_late_amid_its_words_is_broken_off_at_the_same_word() {
    for said in 0..3 {
        let model = AuditedModel::new(Arc::new(Halting(said)), Price::FREE, Arc::new(SystemClock::start()));
        let model: Arc<dyn LanguageModel> = Arc::new(model.keeping_answers(true));
        let record = taken(&Tools { fast: model.clone(), capable: model, ..tools() }, |agent| agent).await;
        assert_eq!(record.reports.last().unwrap().outcome, Outcome::Late);
        goes_again(&record).await;
    }
}
