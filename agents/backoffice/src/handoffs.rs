//! The port to the queue of matters that people take over, and to what is said in them.

mod transitions;

use std::time::Duration;

use async_trait::async_trait;
use contract::finding::Urgency;
use contract::record::Citation;
use contract::turn::VehicleState;
use contract::{Caller, CaseId, Channel, Result, SessionId, StaffId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Keeps the cases. A conversation has one open case at most, and one person at most holds a case.
#[async_trait]
pub trait Handoffs: Send + Sync {
    /// Puts a matter into its queue. When its conversation has an open case already, that one takes the new packet and the
    /// more urgent priority, keeps its place and its holder, and is returned ([`Case::refreshed`]). A matter whose id is
    /// that of a case which is done changes nothing: a turn that is taken twice opens one case.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn open(&self, matter: &Matter) -> Result<Case>;

    /// A case by its id.
    ///
    /// # Errors
    /// `NotFound`; `Unavailable`.
    async fn case(&self, id: &CaseId) -> Result<Case>;

    /// The case of a conversation that was opened last, open or done; none when there never was one.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn latest(&self, session: &SessionId) -> Result<Option<Case>>;

    /// All cases that are not done, in the order of [`in_order`]; those whose claim has run out wait again.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn queue(&self) -> Result<Vec<Case>>;

    /// Gives a waiting case to a person for so long, or renews the claim of the one who holds it.
    ///
    /// # Errors
    /// `Conflict`, naming the holder, when somebody else holds it, or it is done; `NotFound`; `Unavailable`.
    async fn claim(&self, id: &CaseId, person: &StaffId, lease: Duration) -> Result<Case>;

    /// Puts a case that the person holds into another queue, or back into its own, to wait there. It keeps its age.
    ///
    /// # Errors
    /// `Conflict` when the person does not hold it; `NotFound`; `Unavailable`.
    async fn transfer(&self, id: &CaseId, person: &StaffId, queue: &str) -> Result<Case>;

    /// Ends a case that the person holds: the assistant speaks again. The same ending by the same person again changes
    /// nothing and gives the case.
    ///
    /// # Errors
    /// As [`Self::transfer`].
    async fn finish(&self, id: &CaseId, person: &StaffId, ending: &CaseEnding) -> Result<Case>;

    /// Notes what a person says to the customer in a case that they hold, and renews their claim. Once for each key of a
    /// case: the same key again gives the word of the first time, whoever holds the case by now.
    ///
    /// # Errors
    /// As [`Self::transfer`]; `Invalid` when the key was used for other words.
    async fn say(&self, id: &CaseId, person: &StaffId, key: &str, text: &str, lease: Duration) -> Result<Word>;

    /// What people said in a conversation of this caller, oldest first, behind the `after`-th word.
    ///
    /// # Errors
    /// `NotFound` when the conversation has no case, or none of this caller; `Unavailable`.
    async fn words(&self, session: &SessionId, caller: &Caller, after: u64) -> Result<Vec<Word>>;

    /// Notes when the customer wants to be called back.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is done; `Unavailable`.
    async fn call_back(&self, id: &CaseId, wish: &str) -> Result<Case>;

    /// Whether it could take a case now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}

/// A matter that a person should take over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matter {
    /// The id that it gets when its conversation has no open case.
    pub id: CaseId,
    /// The conversation.
    pub session: SessionId,
    /// Whose conversation it is: by this, and only for an open case, a person reads what was said.
    pub caller: Caller,
    /// The queue of people.
    pub queue: String,
    /// How soon somebody must look at it.
    pub priority: Urgency,
    /// All that is known, so that nothing is asked twice.
    pub packet: Packet,
}

/// All that is known of a matter, so that nothing is asked twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Packet {
    /// What the customer is called, if they are known.
    pub name: Option<String>,
    /// How it is known who they are, such as `signed in`, `by their car` or `not at all`.
    pub verified: String,
    /// Where they speak from.
    pub channel: Channel,
    /// BCP 47 tag of their language.
    pub language: String,
    /// What they want, as the intent agent found it.
    pub intent: Option<String>,
    /// How they felt in each message, oldest first, -1 to 1.
    pub mood: Vec<f32>,
    /// Why a person is needed: the rule of the route.
    pub reason: String,
    /// The matter in a few sentences.
    pub summary: String,
    /// What was tried or done already, one sentence each.
    pub tried: Vec<String>,
    /// What the assistant quoted.
    pub citations: Vec<Citation>,
    /// Their car, in words.
    pub car: Option<String>,
    /// What the car reported.
    pub vehicle: Option<VehicleState>,
    /// The dangers that their words report.
    pub hazards: Vec<String>,
}

/// Puts cases into the order in which people look at them: the most urgent first, the oldest first among these.
pub fn in_order(cases: &mut [Case]) {
    cases.sort_by(|a, b| {
        let key = |case: &Case| (std::cmp::Reverse(case.matter.priority), case.opened);
        key(a).cmp(&key(b)).then_with(|| a.matter.id.cmp(&b.matter.id))
    });
}

/// The place of a waiting case among those of its queue, counted from one; none when it does not wait.
///
/// `cases` are those of [`Handoffs::queue`].
pub fn place(cases: &[Case], id: &CaseId) -> Option<u32> {
    let queue = &cases.iter().find(|case| case.matter.id == *id)?.matter.queue;
    let mut waiting = cases.iter().filter(|case| case.state == CaseState::Waiting && case.matter.queue == *queue);
    waiting.position(|case| case.matter.id == *id).and_then(|before| u32::try_from(before + 1).ok())
}

/// A matter on its way. It changes by its own methods only, whatever store keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The matter; its id is the case's.
    pub matter: Matter,
    /// When it was opened.
    pub opened: Timestamp,
    /// Where it stands.
    pub state: CaseState,
    /// When the customer wants to be called back, in their words.
    pub callback: Option<String>,
    /// Everything that happened to it, oldest first.
    pub log: Vec<CaseEvent>,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum CaseState {
    /// Nobody holds it.
    Waiting,
    /// A person holds it.
    Held {
        /// Who.
        by: StaffId,
        /// Until when, unless they show a sign of life.
        until: Timestamp,
    },
    /// It is done.
    Done {
        /// Who ended it.
        by: StaffId,
        /// When.
        at: Timestamp,
        /// How.
        ending: CaseEnding,
    },
}

/// How a case ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum CaseEnding {
    /// The matter is settled.
    Resolved {
        /// In a sentence, for the record and for the customer's next conversation.
        note: String,
    },
    /// The assistant goes on.
    Returned,
}

/// Something that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CaseEvent {
    /// When.
    pub at: Timestamp,
    /// Who did it, or whose claim ran out; none: the assistant.
    pub by: Option<StaffId>,
    /// What, in words such as `claimed` or `transferred to billing`.
    pub what: String,
}

/// Something that a person said to a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Word {
    /// Its place among the words of the conversation, counted from one.
    pub seq: u64,
    /// When it was said.
    pub at: Timestamp,
    /// Who said it.
    pub by: StaffId,
    /// The words.
    pub text: String,
}
