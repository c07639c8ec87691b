//! The handoff agent: puts a matter that needs a person into their queue, with all that is known, and says how long that takes.

mod callback;
mod packet;
mod queues;
mod summary;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backoffice::Handoffs;
use backoffice::handoffs::{Case, Matter, place};
use contract::finding::{Handoff, Route, Statement, Target};
use contract::ports::Conversations;
use contract::{Agent, Answer, Card, CaseId, ErrorKind, Finding, Result, Stage, TurnContext, TurnRecord};

use callback::{Callback, Wish};

pub use queues::Queues;

/// Puts a matter that needs a person into their queue, with all that is known.
pub struct HandoffAgent {
    handoffs: Arc<dyn Handoffs>,
    conversations: Arc<dyn Conversations>,
    queues: Queues,
    callback: Callback,
}

impl HandoffAgent {
    /// An agent that puts matters into this queue, and tells what these conversations hold of them.
    ///
    /// # Errors
    /// `Invalid` when its tables are broken.
    pub fn new(handoffs: Arc<dyn Handoffs>, conversations: Arc<dyn Conversations>) -> Result<Self> {
        Ok(Self { handoffs, conversations, queues: Queues::shipped()?, callback: Callback::shipped()? })
    }

    /// The case that the conversation left open, if it did: while it is, every message belongs to it.
    async fn left_open(&self, context: &TurnContext) -> Result<Option<Case>> {
        let Some(id) = context.history.iter().rev().find_map(|exchange| exchange.case.as_ref()) else {
            return Ok(None);
        };
        match self.handoffs.case(id).await {
            Ok(case) => Ok(Some(case).filter(Case::is_open)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The stored turns of the conversation; none of them when they cannot be had: a case must not wait for its packet.
    async fn past(&self, context: &TurnContext) -> (Vec<TurnRecord>, Option<String>) {
        let turn = &context.turn;
        match self.conversations.transcript(&turn.session, &turn.caller).await {
            Ok(transcript) => (transcript.turns, None),
            Err(error) if error.kind == ErrorKind::NotFound => (Vec::new(), None),
            Err(error) => (Vec::new(), Some(format!("the packet holds this turn only: {error}"))),
        }
    }

    /// The wish to be called back that the customer states in this turn. Who is in danger is helped at once, and who speaks
    /// to a person, or answers a proposal, says it to them.
    fn wish(&self, case: &Case, route: Option<&Route>, context: &TurnContext) -> Option<Wish> {
        let danger = route.is_some_and(|route| route.safety.is_some());
        if danger || case.holder().is_some() || context.verdict().is_some() {
            return None;
        }
        let told = context.history.last().is_some_and(|last| last.case.as_ref() == Some(&case.matter.id));
        let asked = told && self.queues.opens(&case.matter.queue, context.turn.received).is_some();
        self.callback.wish(&context.turn.text, asked)
    }

    /// Notes a wish to be called back: what is said of it, and why that is not what was wished.
    async fn note(&self, wish: &Wish, case: &Case, context: &TurnContext) -> (Finding, Option<String>) {
        let noted = self.handoffs.call_back(&case.matter.id, &wish.words).await;
        let known = context.turn.caller.customer().is_some();
        let text =
            noted.as_ref().map_or_else(|_| self.callback.not_noted().into(), |_| self.callback.noted(wish, known));
        let reduced = noted.err().map(|error| format!("the wish to be called back is not noted: {error}"));
        (Finding::Statement(Statement { text, source: None, closes: true }), reduced)
    }

    /// Where the case stands, for the customer.
    async fn standing(&self, case: &Case, context: &TurnContext) -> Result<Handoff> {
        let (Matter { id, queue, .. }, now) = (&case.matter, context.turn.received);
        let all = if case.holder().is_some() { Vec::new() } else { self.handoffs.queue().await? };
        let position = place(&all, id);
        let served = all.iter().filter(|other| other.matter.queue == *queue && other.holder().is_some()).count();
        let served = u32::try_from(served).unwrap_or(u32::MAX);
        Ok(Handoff {
            case: id.clone(),
            queue: queue.clone(),
            held_by: case.holder().cloned(),
            wait_minutes: position.and_then(|place| self.queues.wait_minutes(queue, place, served, now)),
            position,
            opens: if case.holder().is_some() { None } else { self.queues.opens(queue, now) },
        })
    }
}

#[async_trait]
impl Agent for HandoffAgent {
    fn card(&self) -> Card {
        Card {
            name: "handoff",
            purpose: "Puts a matter that needs a person into their queue, with all that is known.",
            stage: Stage::Act,
            budget: Duration::from_secs(2),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let route = context.find(|finding| if let Finding::Route(route) = finding { Some(route) } else { None });
        let asked = route.filter(|route| route.target == Target::Human);
        let open = self.left_open(context).await?;
        let queue = match (asked, &open) {
            (Some(Route { queue, .. }), _) => queue.clone(),
            (None, Some(case)) => case.matter.queue.clone(),
            (None, None) => return Ok(Answer::default()),
        };
        let (past, reduced) = self.past(context).await;
        let matter = Matter {
            id: CaseId::of(&context.turn.id),
            session: context.turn.session.clone(),
            caller: context.turn.caller.clone(),
            queue,
            priority: packet::priority(context),
            packet: packet::packet(context, &past),
        };
        let case = self.handoffs.open(&matter).await?;
        if !case.is_open() {
            return Ok(Answer::default());
        }
        let mut answer = Answer { findings: vec![Finding::Handoff(self.standing(&case, context).await?)], reduced };
        if let Some(wish) = self.wish(&case, route, context) {
            let (said, lost) = self.note(&wish, &case, context).await;
            answer.findings.push(said);
            answer.reduced = lost.or(answer.reduced);
        }
        Ok(answer)
    }
}
