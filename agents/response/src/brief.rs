//! What the response agent has to work with: the findings of all the others, picked apart once.

use contract::finding::{DocumentKind, Intent, Passage, Polarity, Route, Sentiment, Target, Tier};
use contract::profile::Profile;
use contract::record::Citation;
use contract::{Finding, Tone, TurnContext};

/// The findings of a turn, by what a reply needs them for.
pub(crate) struct Brief<'a> {
    pub(crate) intent: Option<&'a Intent>,
    pub(crate) sentiment: Option<&'a Sentiment>,
    pub(crate) route: Option<&'a Route>,
    pub(crate) profile: Option<&'a Profile>,
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
            evidence: Vec::new(),
            missing: context.reports.iter().filter(|r| r.outcome.is_missing()).map(|r| r.agent.as_str()).collect(),
        };
        let mut passages: Vec<&Passage> = Vec::new();
        for finding in context.findings() {
            match finding {
                Finding::Intent(intent) => brief.intent = Some(intent),
                Finding::Sentiment(sentiment) => brief.sentiment = Some(sentiment),
                Finding::Route(route) => brief.route = Some(route),
                Finding::Profile(profile) => brief.profile = Some(profile),
                Finding::Fact(fact) => brief.evidence.push(fact.into()),
                Finding::Passage(passage) => passages.push(passage),
                Finding::Action(_) | Finding::Offer(_) | Finding::Reply(_) => {}
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

    /// Whether a person should take over.
    pub(crate) fn human(&self) -> bool {
        self.route.is_some_and(|route| route.target == Target::Human)
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
