//! The closed vocabulary of what an agent may find: all that can flow through a turn is on this page.

use serde::{Deserialize, Serialize};

use crate::action::{Action, Verdict};
use crate::profile::Profile;
use crate::record::Reply;
use crate::turn::Tone;
use crate::{CaseId, StaffId};

/// One thing that an agent found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// What the customer wants.
    Intent(Intent),
    /// How the customer feels, and how urgent the matter is.
    Sentiment(Sentiment),
    /// Who the customer is.
    Profile(Profile),
    /// A piece of the library that bears on the question.
    Passage(Passage),
    /// Who acts and who answers.
    Route(Route),
    /// A statement that a reply may make, with its source.
    Fact(Fact),
    /// What the customer answered to what was proposed to them.
    Verdict(Verdict),
    /// Words that the reply says as they are.
    Statement(Statement),
    /// Something that could be done, once the customer says yes, or what came of it.
    Action(Action),
    /// Something that could be offered, and why.
    Offer(Offer),
    /// Something that would have been offered, and the rule that forbade it: for operators, never said.
    Withheld(Withheld),
    /// Where the matter stands that a person takes over.
    Handoff(Handoff),
    /// What a person who holds the conversation could say.
    Suggestion(Reply),
    /// What is said to the customer.
    Reply(Reply),
}

/// What the customer wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Intent {
    /// Label of the intent, as the catalogue spells it; `out_of_scope` when none of them.
    pub label: String,
    /// Calibrated probability that the label is right, 0 to 1.
    pub confidence: f32,
    /// The next likely labels with their probabilities, best first.
    pub alternatives: Vec<(String, f32)>,
    /// How soon this kind of matter needs an answer.
    pub urgency: Urgency,
    /// The action agents that apply to it.
    pub agents: Vec<String>,
}

/// How soon a matter needs a person's attention. Ordered: later is more urgent.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Any time will do.
    #[default]
    Routine,
    /// Within days.
    Soon,
    /// Within the hour: the customer is stuck.
    Urgent,
    /// Now: somebody may get hurt.
    Emergency,
}

/// How the customer feels, apart from how urgent the matter is: a calm voice may report failing brakes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sentiment {
    /// Which way the feeling goes.
    pub polarity: Polarity,
    /// From -1 (furious) to 1 (delighted).
    pub score: f32,
    /// How strongly it is felt, 0 to 1.
    pub intensity: f32,
    /// How urgent the words make the matter.
    pub urgency: Urgency,
    /// The dangers that the words report.
    pub hazards: Vec<Hazard>,
    /// The dangers that the message before reported, when these words report none: they may not be over.
    pub earlier_hazards: Vec<Hazard>,
}

/// Which way a feeling goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// Displeased.
    Negative,
    /// Neither.
    Neutral,
    /// Pleased.
    Positive,
}

/// A danger that the customer's words report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Hazard {
    /// Its name in the hazard table, such as `fire` or `brakes`.
    pub name: String,
    /// The customer's words that say so.
    pub evidence: String,
}

/// A piece of the library: the unit of retrieval and of citation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Passage {
    /// Stable id of the document, such as `lumen-owners-manual`.
    pub document: String,
    /// Path of headings inside it, such as `Charging › Charging limits`.
    pub section: String,
    /// Title of the document for people.
    pub title: String,
    /// What kind of document it is.
    pub kind: DocumentKind,
    /// The text itself, as plain sentences.
    pub text: String,
    /// Relevance to the query; larger is better, comparable within one answer only.
    pub score: f32,
    /// The vehicles it holds for.
    pub applies: Applicability,
}

impl From<&Fact> for Passage {
    /// The fact as something that a sentence can rest on.
    fn from(fact: &Fact) -> Self {
        Self {
            document: fact.source.to_lowercase().replace(' ', "-"),
            section: String::new(),
            title: fact.source.clone(),
            kind: DocumentKind::Record,
            text: fact.text.clone(),
            score: 1.0,
            applies: Applicability::default(),
        }
    }
}

/// What kind of document a passage comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// An owner's manual.
    Manual,
    /// A question and its answer.
    Faq,
    /// A rule of the house.
    Policy,
    /// A diagnostic trouble code.
    Dtc,
    /// What the house itself knows: the customer's profile, its safety guidance.
    Record,
}

/// The vehicles and markets that a text holds for. An empty list means all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Applicability {
    /// Model names, such as `Lumen`.
    pub models: Vec<String>,
    /// Model years.
    pub years: Vec<u16>,
    /// Markets, such as `eu`.
    pub markets: Vec<String>,
    /// BCP 47 language of the text.
    pub language: String,
}

/// Who acts, who answers, and in which manner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Route {
    /// The machine answers, or a person takes over.
    pub target: Target,
    /// The queue of people that the matter belongs to.
    pub queue: String,
    /// Name of the rule that decided, and why, in words for the operator.
    pub reason: String,
    /// How the reply should sound.
    pub tone: Tone,
    /// How capable a model the reply needs.
    pub tier: Tier,
    /// The action agents that are asked next.
    pub agents: Vec<String>,
    /// What to say first, before anything else, when somebody may get hurt.
    pub safety: Option<Fact>,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The machine.
    SelfService,
    /// A person.
    Human,
}

/// How capable a language model the reply needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Cheap and quick.
    Fast,
    /// Dearer, for what is delicate.
    Capable,
}

/// A statement that a reply may make, because its source is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fact {
    /// One full sentence, such as `Your car is a 2025 Veldra Lumen Long Range.`
    pub text: String,
    /// Where it is known from, in words for people, such as `Your profile`.
    pub source: String,
}

/// Something that could be offered to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Offer {
    /// Its name in the catalogue.
    pub name: String,
    /// One sentence that says what it is.
    pub summary: String,
    /// Why this customer sees it.
    pub reason: String,
}

/// Something that would have been offered, had no rule forbidden it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Withheld {
    /// Its name in the catalogue or among the campaigns.
    pub name: String,
    /// The rule, such as `the customer is displeased`.
    pub rule: String,
}

/// Words that an agent that acts wants said as they are: what it found out or did, or what it must ask back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Statement {
    /// One or more full sentences.
    pub text: String,
    /// Where it is known from, in words for people, such as `Service desk`; none when it says nothing that needs a source.
    pub source: Option<String>,
    /// Whether this deals with the matter: then no model is asked to add anything from the library.
    pub closes: bool,
}

/// Where the matter stands that a person takes over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Handoff {
    /// The case.
    pub case: CaseId,
    /// The queue of people.
    pub queue: String,
    /// Who holds it; none while it waits.
    pub held_by: Option<StaffId>,
    /// The place in the queue, counted from one; none when somebody holds it.
    pub position: Option<u32>,
    /// How long it will probably wait, in minutes; none when that cannot be said.
    pub wait_minutes: Option<u32>,
    /// When people of this queue are there again, in words such as `on Monday at 8:00`; none: they are there now.
    pub opens: Option<String>,
}
