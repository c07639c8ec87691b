//! What the response agent has to work with: the findings of all the others, picked apart once.

use contract::finding::{
    DocumentKind, Handoff, Intent, Offer, Passage, Polarity, Route, Sentiment, Statement, Target, Tier,
};
use contract::profile::Profile;
use contract::record::Citation;
use contract::{Action, Finding, Tone, TurnContext, Verdict};

/// A question of fewer words, such as "yes what?", asks nothing that a library answers.
const QUESTION: usize = 4;
/// The agent that puts a matter into the queue of people.
const HANDOFF: &str = "handoff";

/// The findings of a turn, by what a reply needs them for.
pub(crate) struct Brief<'a> {
    pub(crate) intent: Option<&'a Intent>,
    pub(crate) sentiment: Option<&'a Sentiment>,
    pub(crate) route: Option<&'a Route>,
    pub(crate) profile: Option<&'a Profile>,
    /// What the customer answers to what was proposed.
    pub(crate) verdict: Option<&'a Verdict>,
    /// What was proposed, done or tried in this turn.
    pub(crate) actions: Vec<&'a Action>,
    /// What agents that act want said.
    pub(crate) statements: Vec<&'a Statement>,
    /// Whether the agent that hands over has said itself what comes of it, such as that a wish is noted.
    pub(crate) handed_over: bool,
    /// What could be offered, each with the agent that offers it.
    pub(crate) offers: Vec<(&'a str, &'a Offer)>,
    /// Where the matter stands that a person takes over.
    pub(crate) handoff: Option<&'a Handoff>,
    /// Whether the customer's words are a question of some length.
    pub(crate) asks: bool,
    /// Whether a person holds the conversation: what is written is for them.
    held: bool,
    /// What the reply may rest on: facts first, then passages, best first.
    pub(crate) evidence: Vec<Citation>,
    /// Names of the agents that should have contributed and did not.
    pub(crate) missing: Vec<&'a str>,
}

impl<'a> Brief<'a> {
    pub(crate) fn of(context: &'a TurnContext) -> Self {
        let mut brief = Self {
            intent: None,
            sentiment: None,
            route: None,
            profile: None,
            verdict: None,
            actions: Vec::new(),
            statements: Vec::new(),
            handed_over: false,
            offers: Vec::new(),
            handoff: None,
            asks: context.turn.text.contains('?') && context.turn.text.split_whitespace().count() >= QUESTION,
            held: context.held_by.is_some(),
            evidence: Vec::new(),
            missing: context.reports.iter().filter(|r| r.outcome.is_missing()).map(|r| r.agent.as_str()).collect(),
        };
        let mut passages: Vec<&Passage> = Vec::new();
        let found = context.reports.iter().flat_map(|r| r.findings.iter().map(|finding| (r.agent.as_str(), finding)));
        for (agent, finding) in found {
            match finding {
                Finding::Intent(intent) => brief.intent = Some(intent),
                Finding::Sentiment(sentiment) => brief.sentiment = Some(sentiment),
                Finding::Route(route) => brief.route = Some(route),
                Finding::Profile(profile) => brief.profile = Some(profile),
                Finding::Verdict(verdict) => brief.verdict = Some(verdict),
                Finding::Action(action) => brief.actions.push(action),
                Finding::Statement(statement) => {
                    brief.handed_over |= agent == HANDOFF;
                    brief.statements.push(statement);
                }
                Finding::Offer(offer) => brief.offers.push((agent, offer)),
                Finding::Handoff(handoff) => brief.handoff = Some(handoff),
                Finding::Fact(fact) => brief.evidence.push(fact.into()),
                Finding::Passage(passage) => passages.push(passage),
                _ => {}
            }
        }
        brief.evidence.extend(passages.into_iter().cloned());
        brief
    }

    /// How to sound; friendly when nobody decided.
    pub(crate) fn tone(&self, wanted: Option<Tone>) -> Tone {
        wanted.or(self.route.map(|route| route.tone)).unwrap_or(Tone::Friendly)
    }

    /// How capable a model is needed; without a route the matter is unknown, so the capable one.
    pub(crate) fn tier(&self) -> Tier {
        self.route.map_or(Tier::Capable, |route| route.tier)
    }

    /// Whether a person should take over. One who holds the conversation has done so.
    pub(crate) fn human(&self) -> bool {
        !self.held && self.route.is_some_and(|route| route.target == Target::Human)
    }

    /// Whether somebody may get hurt.
    pub(crate) fn danger(&self) -> bool {
        self.route.is_some_and(|route| route.safety.is_some())
    }

    /// Whether what the customer wrote is dealt with, so that no model is asked: by an action, an answer to one, or words
    /// that say so.
    pub(crate) fn is_dealt_with(&self) -> bool {
        !self.actions.is_empty() || self.verdict.is_some() || self.statements.iter().any(|statement| statement.closes)
    }

    /// Whether an agent that acts has something to say.
    pub(crate) fn says_something(&self) -> bool {
        !self.actions.is_empty() || !self.statements.is_empty()
    }

    /// Whether an agent did or found out something about the matter itself.
    pub(crate) fn acted(&self) -> bool {
        self.is_dealt_with() || !self.statements.is_empty()
    }

    pub(crate) fn displeased(&self) -> bool {
        self.sentiment.is_some_and(|sentiment| sentiment.polarity == Polarity::Negative)
    }

    /// Whether the library found anything.
    pub(crate) fn has_passages(&self) -> bool {
        self.evidence.iter().any(|citation| citation.kind != DocumentKind::Record)
    }

    /// The library's entries for trouble codes. They are looked up exactly, only for codes that the customer names or the car
    /// reports: each deserves an answer, whatever else is asked.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &Citation> {
        self.evidence.iter().filter(|found| found.kind == DocumentKind::Dtc)
    }

    /// The customer's first name, or nothing.
    pub(crate) fn first_name(&self) -> &str {
        self.profile.and_then(|profile| profile.name.split_whitespace().next()).unwrap_or_default()
    }
}
