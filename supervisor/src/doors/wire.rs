//! The shapes on the wire: what a client sends for a turn, and what it gets back.

use contract::finding::{Finding, Handoff, Intent, Offer, Polarity, Route, Sentiment, Target};
use contract::ports::{Clock, Entropy, Fingerprint, Transcript};
use contract::record::{Citation, Timing};
use contract::turn::VehicleState;
use contract::{
    Action, Caller, Channel, Decision, IdempotencyKey, Result, SessionId, Tone, Turn, TurnId, TurnRecord, named,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::speech::Speech;
use crate::guard;
use crate::turn::Request;

/// The body of a turn. Who is speaking is never in it: that comes from the credential.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TurnRequest {
    /// The conversation to continue; without one a new one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Where the customer speaks from; `web` when left out.
    #[serde(default)]
    pub channel: Channel,
    /// What the customer said, 1 to 4,000 characters.
    // The pattern asks for one character that can be seen, as the guard does.
    #[schema(
        min_length = 1,
        max_length = 4000,
        example = "What tyre pressure does my car need?",
        pattern = r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000\ufeff]"
    )]
    pub text: String,
    /// How the reply should sound; routing decides when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
    /// BCP 47 tag of the customer's language; `en` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "en-GB", max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
    pub locale: Option<String>,
    /// The button below a proposal that was pressed; `text` is then what the button says.
    #[serde(default, deserialize_with = "named::optional", skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// What the car reports.
    #[serde(default, deserialize_with = "named::optional", skip_serializing_if = "Option::is_none")]
    pub vehicle: Option<VehicleState>,
}

impl TurnRequest {
    /// Checks the body and makes it the request of `caller`. Without a key the request is its own: it repeats nothing.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn admit(
        self,
        caller: Caller,
        key: Option<IdempotencyKey>,
        deadline_ms: u64,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Request> {
        let fingerprint = self.fingerprint();
        let received = clock.now();
        let id = TurnId::fresh(received, entropy.random());
        let key = key.unwrap_or_else(|| IdempotencyKey::from(&id));
        let vehicle = guard::car(&caller, self.channel, self.vehicle)?;
        let turn = Turn {
            id,
            session: self.session_id.unwrap_or_else(|| SessionId::fresh(received, entropy.random())),
            caller,
            channel: self.channel,
            text: guard::text(&self.text)?,
            tone: self.tone,
            locale: guard::locale(self.locale.as_deref().unwrap_or("en"))?,
            vehicle,
            decision: self.decision,
            received,
            deadline_ms,
        };
        Ok(Request { turn, key, fingerprint })
    }

    /// A hash of what the body says; the order of its fields and its white space do not count.
    fn fingerprint(&self) -> Fingerprint {
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        Fingerprint(Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The body of a reply.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TurnReply {
    /// This turn.
    pub turn_id: TurnId,
    /// The conversation; send it with the next turn.
    pub session_id: SessionId,
    /// The reply; `[n]` behind a sentence refers to the n-th citation, counted from one.
    pub reply: String,
    /// What a voice says for it; only where the customer speaks from the car.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech: Option<Speech>,
    /// What the sentences rest on.
    pub citations: Vec<Citation>,
    /// What the customer wants, unless the intent agent is degraded.
    pub intent: Option<IntentBody>,
    /// How the customer feels, unless the sentiment agent is degraded.
    pub sentiment: Option<SentimentBody>,
    /// Who answers, unless the routing agent is degraded.
    pub route: Option<RouteBody>,
    /// What could be done once the customer says yes, and what was done or declined.
    pub actions: Vec<Action>,
    /// What could be offered, and why.
    pub offers: Vec<Offer>,
    /// Where the matter stands that a person takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handoff: Option<Handoff>,
    /// Every agent's part.
    pub agents: Vec<AgentBody>,
    /// The agents whose part is missing, or less than it should be.
    pub degraded: Vec<String>,
    /// The model that wrote the reply.
    pub model: String,
    /// The arm of an experiment that it was written in, if one runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// What the turn cost.
    pub usage: UsageBody,
    /// How long it took.
    pub timing: Timing,
}

/// What the customer wants.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct IntentBody {
    /// Label of the intent.
    pub label: String,
    /// Calibrated probability, 0 to 1.
    pub confidence: f32,
}

/// How the customer feels.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SentimentBody {
    /// Which way the feeling goes.
    pub label: Polarity,
    /// From -1 to 1.
    pub score: f32,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RouteBody {
    /// The machine, or a person.
    pub target: Target,
    /// The queue of people.
    pub queue: String,
    /// The rule that decided, and why.
    pub reason: String,
}

/// One agent's part.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AgentBody {
    /// The agent.
    pub agent: String,
    /// answered, reduced (by lesser means than it should), late, failed, abandoned or skipped.
    pub outcome: String,
    /// Milliseconds it took.
    pub took_ms: f64,
    /// Tokens read by a model.
    pub input_tokens: u64,
    /// Tokens written by a model.
    pub output_tokens: u64,
    /// US dollars.
    pub cost_usd: f64,
}

/// What a turn cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UsageBody {
    /// Tokens read by models.
    pub input_tokens: u64,
    /// Tokens written by models.
    pub output_tokens: u64,
    /// US dollars.
    pub cost_usd: f64,
}

impl From<&TurnRecord> for TurnReply {
    fn from(record: &TurnRecord) -> Self {
        let all = || record.reports.iter().flat_map(|report| &report.findings);
        Self {
            turn_id: record.turn.id.clone(),
            session_id: record.turn.session.clone(),
            reply: record.reply.text.clone(),
            speech: Speech::of_turn(record),
            citations: record.reply.citations.clone(),
            intent: record
                .find(|f| if let Finding::Intent(found) = f { Some(found) } else { None })
                .map(IntentBody::from),
            sentiment: record
                .find(|f| if let Finding::Sentiment(found) = f { Some(found) } else { None })
                .map(SentimentBody::from),
            route: record.find(|f| if let Finding::Route(found) = f { Some(found) } else { None }).map(RouteBody::from),
            actions: record.actions(),
            offers: all()
                .filter_map(|f| if let Finding::Offer(found) = f { Some(found.clone()) } else { None })
                .collect(),
            handoff: record.find(|f| if let Finding::Handoff(found) = f { Some(found) } else { None }).cloned(),
            agents: record.reports.iter().map(AgentBody::from).collect(),
            degraded: record.degraded.clone(),
            model: record.reply.model.clone(),
            arm: record.reply.arm.clone(),
            usage: UsageBody {
                input_tokens: record.usage.input_tokens,
                output_tokens: record.usage.output_tokens,
                cost_usd: record.usage.micro_usd as f64 / 1e6,
            },
            timing: record.timing,
        }
    }
}

impl From<&Intent> for IntentBody {
    fn from(intent: &Intent) -> Self {
        Self { label: intent.label.clone(), confidence: intent.confidence }
    }
}

impl From<&Sentiment> for SentimentBody {
    fn from(sentiment: &Sentiment) -> Self {
        Self { label: sentiment.polarity, score: sentiment.score }
    }
}

impl From<&Route> for RouteBody {
    fn from(route: &Route) -> Self {
        Self { target: route.target, queue: route.queue.clone(), reason: route.reason.clone() }
    }
}

impl From<&contract::AgentReport> for AgentBody {
    fn from(report: &contract::AgentReport) -> Self {
        Self {
            agent: report.agent.clone(),
            outcome: report.outcome.word().into(),
            took_ms: report.took_ms,
            input_tokens: report.usage.input_tokens,
            output_tokens: report.usage.output_tokens,
            cost_usd: report.usage.micro_usd as f64 / 1e6,
        }
    }
}

/// A session's turns.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TranscriptBody {
    /// The session.
    pub session_id: SessionId,
    /// Its turns, oldest first.
    pub turns: Vec<TranscriptTurn>,
}

/// One turn of a transcript: what was said, and the reply as its client got it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TranscriptTurn {
    /// What the customer said.
    pub text: String,
    /// When it was received.
    pub received: Timestamp,
    /// The reply.
    #[serde(flatten)]
    pub reply: TurnReply,
}

impl From<&Transcript> for TranscriptBody {
    fn from(transcript: &Transcript) -> Self {
        let turn = |record: &TurnRecord| TranscriptTurn {
            text: record.turn.text.clone(),
            received: record.turn.received,
            reply: TurnReply::from(record),
        };
        Self { session_id: transcript.session.clone(), turns: transcript.turns.iter().map(turn).collect() }
    }
}
