//! Tells an event bus (Amazon EventBridge) of cases, so that a desk that exists already can take them.
//!
//! An event says that something happened, not what was said: the detail is [`Detail`], and whoever may know more asks the
//! operators' API for the case. Events may come twice or out of order, as EventBridge's do: `at` tells them apart. One that
//! cannot be sent is lost; the queue itself is what counts.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::ProvideErrorMetadata;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use backoffice::Handoffs;
use backoffice::handoffs::{Case, CaseEnding, CaseState, Matter, Word};
use contract::finding::Urgency;
use contract::ports::Clock;
use contract::{Caller, CaseId, Channel, Result, SessionId, StaffId};
use jiff::Timestamp;
use serde::Serialize;

/// What the events name as where they come from.
const SOURCE: &str = "motorline";
/// The longest that a turn waits for an event to be taken.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A queue of people of which every change is told to a bus. When the bus cannot be told, that is logged, and the change holds.
#[derive(Clone)]
pub struct EventedHandoffs {
    handoffs: Arc<dyn Handoffs>,
    client: Client,
    bus: String,
    clock: Arc<dyn Clock>,
}

/// What an event says. No name, no words, no car: only what a desk needs to route the case and to find it.
#[derive(Debug, Serialize)]
struct Detail<'a> {
    /// The case, as the operators' API knows it.
    case_id: &'a CaseId,
    /// Its conversation.
    session_id: &'a SessionId,
    queue: &'a str,
    priority: Urgency,
    /// From where the customer speaks.
    channel: Channel,
    language: &'a str,
    /// The label of what they want.
    intent: Option<&'a str>,
    /// The rule by which a person is needed.
    reason: &'a str,
    /// `waiting`, `held` or `done`.
    status: &'static str,
    /// The person who holds it, or ended it.
    person: Option<&'a StaffId>,
    /// `resolved` or `returned`.
    ending: Option<&'static str>,
    /// Whether the customer asked to be called back.
    callback: bool,
    opened: Timestamp,
    at: Timestamp,
}

impl EventedHandoffs {
    /// The queue `handoffs`, told to the bus of this name or ARN.
    pub fn new(config: &SdkConfig, bus: &str, handoffs: Arc<dyn Handoffs>, clock: Arc<dyn Clock>) -> Self {
        Self { handoffs, client: Client::new(config), bus: bus.into(), clock }
    }

    /// Whether the bus is there.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(config: &SdkConfig, bus: &str) -> std::result::Result<(), String> {
        let client = Client::new(config);
        let found = client.describe_event_bus().name(bus).send().await;
        found.map(drop).map_err(|cause| cause.message().map_or_else(|| cause.to_string(), str::to_owned))
    }

    async fn tell(&self, kind: &'static str, case: &Case) {
        let told = tokio::time::timeout(PATIENCE, self.put(kind, case)).await;
        let outcome = told.unwrap_or_else(|_| Err("no answer in time".into()));
        if let Err(cause) = outcome {
            tracing::warn!(case = %case.matter.id, kind, %cause, "an event bus was not told of a case");
        }
    }

    async fn put(&self, kind: &str, case: &Case) -> std::result::Result<(), String> {
        let detail = serde_json::to_string(&detail(case, self.clock.now())).map_err(|cause| cause.to_string())?;
        let event = PutEventsRequestEntry::builder()
            .source(SOURCE)
            .detail_type(kind)
            .detail(detail)
            .resources(case.matter.id.to_string())
            .event_bus_name(&self.bus)
            .build();
        let answer = self.client.put_events().entries(event).send().await;
        let answer = answer.map_err(|cause| cause.message().map_or_else(|| cause.to_string(), str::to_owned))?;
        let refused = answer.entries().iter().find_map(|entry| entry.error_code().zip(Some(entry.error_message())));
        refused.map_or(Ok(()), |(code, message)| Err(format!("{code}: {}", message.unwrap_or_default())))
    }
}

fn detail(case: &Case, at: Timestamp) -> Detail<'_> {
    let Case { matter, state, .. } = case;
    let (status, person, ending) = match state {
        CaseState::Waiting => ("waiting", None, None),
        CaseState::Held { by, .. } => ("held", Some(by), None),
        CaseState::Done { by, ending: CaseEnding::Resolved { .. }, .. } => ("done", Some(by), Some("resolved")),
        CaseState::Done { by, ending: CaseEnding::Returned, .. } => ("done", Some(by), Some("returned")),
    };
    Detail {
        case_id: &matter.id,
        session_id: &matter.session,
        queue: &matter.queue,
        priority: matter.priority,
        channel: matter.packet.channel,
        language: &matter.packet.language,
        intent: matter.packet.intent.as_deref(),
        reason: &matter.packet.reason,
        status,
        person,
        ending,
        callback: case.callback.is_some(),
        opened: case.opened,
        at,
    }
}

#[async_trait]
impl Handoffs for EventedHandoffs {
    async fn open(&self, matter: &Matter) -> Result<Case> {
        let asked = self.clock.now();
        let case = self.handoffs.open(matter).await?;
        // Another id: the conversation had an open case, which the desk knows.
        if case.matter.id == matter.id && case.is_open() {
            self.tell("Case Opened", &case).await;
        } else if case.became_more_urgent_since(asked) {
            self.tell("Case Escalated", &case).await;
        }
        Ok(case)
    }

    async fn case(&self, id: &CaseId) -> Result<Case> {
        self.handoffs.case(id).await
    }

    async fn latest(&self, session: &SessionId) -> Result<Option<Case>> {
        self.handoffs.latest(session).await
    }

    async fn queue(&self) -> Result<Vec<Case>> {
        self.handoffs.queue().await
    }

    async fn claim(&self, id: &CaseId, person: &StaffId, lease: Duration) -> Result<Case> {
        let asked = self.clock.now();
        let case = self.handoffs.claim(id, person, lease).await?;
        // A renewed claim is no news: it leaves nothing in the log.
        if case.log.last().is_some_and(|event| event.at >= asked && event.by.as_ref() == Some(person)) {
            self.tell("Case Claimed", &case).await;
        }
        Ok(case)
    }

    async fn transfer(&self, id: &CaseId, person: &StaffId, queue: &str) -> Result<Case> {
        let case = self.handoffs.transfer(id, person, queue).await?;
        self.tell("Case Transferred", &case).await;
        Ok(case)
    }

    async fn finish(&self, id: &CaseId, person: &StaffId, ending: &CaseEnding) -> Result<Case> {
        let case = self.handoffs.finish(id, person, ending).await?;
        self.tell("Case Finished", &case).await;
        Ok(case)
    }

    async fn say(&self, id: &CaseId, person: &StaffId, key: &str, text: &str, lease: Duration) -> Result<Word> {
        self.handoffs.say(id, person, key, text, lease).await
    }

    async fn words(&self, session: &SessionId, caller: &Caller, after: u64) -> Result<Vec<Word>> {
        self.handoffs.words(session, caller, after).await
    }

    async fn call_back(&self, id: &CaseId, wish: &str) -> Result<Case> {
        self.handoffs.call_back(id, wish).await
    }

    async fn ready(&self) -> Result<()> {
        self.handoffs.ready().await
    }
}
