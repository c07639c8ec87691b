//! The shapes on the desk's wire. Whose case it is, is never in them: the packet says what a person needs.

use backoffice::handoffs::{Case, CaseEvent, CaseState, Matter, Packet, Word};
use contract::finding::{Target, Urgency};
use contract::{CaseId, Channel, Reply, SessionId, StaffId, TurnRecord};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// All that waits or is held.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(in crate::doors) struct DeskBody {
    /// The person who asks.
    pub(super) you: StaffId,
    /// Every case that is not done, most urgent first, oldest first among these.
    pub(super) cases: Vec<CaseBody>,
    /// The queues.
    pub(super) queues: Vec<QueueBody>,
}

/// One queue of people.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(super) struct QueueBody {
    /// Its name.
    pub(super) queue: String,
    /// How many cases wait.
    pub(super) waiting: usize,
    /// How many cases somebody holds.
    pub(super) held: usize,
    /// How many people are there now; 0 outside of its hours.
    pub(super) people: u32,
    /// Whether it is open now.
    pub(super) open: bool,
    /// When it opens again, if it is not.
    pub(super) opens: Option<String>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(super) struct CaseBody {
    /// The case.
    case_id: CaseId,
    /// Its conversation.
    session_id: SessionId,
    /// The queue that it is in.
    queue: String,
    /// How soon somebody must look at it.
    priority: Urgency,
    /// When it was opened.
    opened: Timestamp,
    /// Seconds since then, until it was done.
    #[schema(minimum = 0)]
    waited_s: i64,
    /// Its place in its queue, counted from one, while it waits.
    position: Option<u32>,
    /// Where it stands.
    state: CaseState,
    /// When the customer wants to be called back, in their words.
    callback: Option<String>,
    /// All that is known of it.
    packet: Packet,
    /// Everything that happened to it, oldest first.
    log: Vec<CaseEvent>,
}

impl CaseBody {
    /// A case as people see it at this moment.
    pub(super) fn of(case: Case, position: Option<u32>, now: Timestamp) -> Self {
        let Case { matter, opened, state, callback, log } = case;
        let Matter { id, session, caller: _, queue, priority, packet } = matter;
        let until = if let CaseState::Done { at, .. } = &state { *at } else { now };
        let waited_s = until.duration_since(opened).as_secs().max(0);
        let (case_id, session_id) = (id, session);
        Self { case_id, session_id, queue, priority, opened, waited_s, position, state, callback, packet, log }
    }

    /// Whether the words, in small letters, are found in what names it.
    pub(super) fn tells_of(&self, words: &str) -> bool {
        let holder = if let CaseState::Held { by, .. } = &self.state { by.as_str() } else { "" };
        let name = self.packet.name.as_deref().unwrap_or_default();
        let texts = [self.case_id.as_str(), self.session_id.as_str(), &self.queue, name, holder, &self.packet.summary];
        texts.into_iter().any(|text| text.to_lowercase().contains(words))
    }
}

/// A case, its conversation, and what could be said next.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(super) struct CaseConversation {
    /// The case.
    pub(super) case: CaseBody,
    /// The turns, with everything that every agent found, oldest first.
    pub(super) turns: Vec<TurnRecord>,
    /// What people said, oldest first.
    pub(super) words: Vec<Word>,
    /// What the assistant would answer to the customer's last message; none once a person has answered.
    pub(super) suggestion: Option<Reply>,
}

/// Where a case goes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfer {
    /// The queue, one of those of `GET /v1/handoffs`.
    #[schema(min_length = 1, max_length = 64, example = "billing")]
    pub(super) queue: String,
}

/// How a matter was settled.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolution {
    /// In a sentence, for the record and for the customer's next conversation.
    #[schema(min_length = 1, max_length = 1000, example = "Refund agreed; on the account within five days.")]
    pub(super) note: String,
}

/// What a person says.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Saying {
    /// The words, as the customer reads them.
    #[schema(min_length = 1, max_length = 4000, example = "Hello Ada, this is Sam. I have read everything.")]
    pub(super) text: String,
}

/// What goes on, and what was searched for.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(super) struct Conversations {
    /// Conversations of this process, the one that spoke last first.
    pub(super) conversations: Vec<ConversationBody>,
    /// Open cases that the query is found in; none without a query.
    pub(super) cases: Vec<CaseBody>,
}

/// A conversation, as far as people see it without a case.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(super) struct ConversationBody {
    /// The conversation.
    pub(super) session_id: SessionId,
    /// Its open case, if it has one.
    pub(super) case_id: Option<CaseId>,
    /// Where the customer speaks from.
    pub(super) channel: Channel,
    /// What the customer is called; only when they are signed in.
    pub(super) name: Option<String>,
    /// The beginning of the last message.
    pub(super) text: String,
    /// How the customer felt, -1 to 1.
    pub(super) mood: Option<f32>,
    /// What they want.
    pub(super) intent: Option<String>,
    /// The queue of people that it would go to.
    pub(super) queue: Option<String>,
    /// Who answers.
    pub(super) target: Option<Target>,
    /// When they last spoke.
    pub(super) at: Timestamp,
    /// How many turns this process took of it.
    #[schema(minimum = 1)]
    pub(super) turns: u64,
}
