//! The decision: a pure function from a situation to a route.

use contract::finding::{Intent, Route, Sentiment, Target, Tier, Urgency};
use contract::{Channel, Consent, Tone, Verdict};

use crate::Safety;
use crate::table::{Conditions, Rule, Table};

/// What is known when the route is decided. A missing finding is a missing analyst, not an error.
#[derive(Debug, Clone, Copy, Default)]
pub struct Situation<'a> {
    /// What the customer wants, if known.
    pub intent: Option<&'a Intent>,
    /// How the customer feels, if known.
    pub sentiment: Option<&'a Sentiment>,
    /// Whether the customer is known.
    pub signed_in: bool,
    /// The tone that the customer chose.
    pub wanted_tone: Option<Tone>,
    /// Where the customer speaks from.
    pub channel: Channel,
    /// BCP 47 tag of the customer's language.
    pub locale: &'a str,
    /// How many words the customer said.
    pub words: usize,
    /// What the customer answers to what was proposed, if they do.
    pub verdict: Option<&'a Verdict>,
    /// Whether the conversation belongs to a case that a person was asked to take over.
    pub in_case: bool,
    /// Whether a person holds the conversation.
    pub held: bool,
}

/// The agent that puts a matter into the queue of people and says how it stands there.
const HANDOFF: &str = "handoff";

/// The route that the first matching rule of `table` gives.
pub fn decide(table: &Table, safety: &Safety, situation: &Situation<'_>) -> Route {
    let rule = table.rules.iter().find(|rule| holds(&rule.when, table, situation)).unwrap_or(&table.otherwise);
    let danger = urgency(table, situation) == Urgency::Emergency;
    let raised = table.capable.iter().find(|other| rule.tier == Tier::Fast && holds(&other.when, table, situation));
    Route {
        target: rule.target,
        queue: rule.queue.clone(),
        reason: match raised {
            Some(raised) => format!("{}: {}; {}: {}", rule.name, rule.reason, raised.name, raised.reason),
            None => format!("{}: {}", rule.name, rule.reason),
        },
        tone: situation.wanted_tone.unwrap_or(rule.tone),
        tier: if raised.is_some() { Tier::Capable } else { rule.tier },
        agents: agents(table, rule, danger, situation),
        safety: danger.then(|| safety.guidance(sure_intent(table.sure_from, situation), situation.sentiment)),
    }
}

/// The action agents that are asked: those whose proposal the customer answers, or else those that the intent names; and the
/// one that hands over, when a person answers or was asked to. While a person holds the conversation, it alone.
fn agents(table: &Table, rule: &Rule, danger: bool, situation: &Situation<'_>) -> Vec<String> {
    let mut asked: Vec<String> = match situation.verdict {
        _ if situation.held => Vec::new(),
        // In danger nothing is carried out: the proposal stays open.
        Some(verdict) => owners(verdict).filter(|_| !danger).cloned().collect(),
        None => {
            let wanted = sure_intent(table.sure_from, situation).map(|intent| intent.agents.as_slice());
            let wanted = wanted.unwrap_or_default().iter();
            wanted.filter(|agent| !rule.without.contains(agent)).cloned().collect()
        }
    };
    asked.sort_unstable();
    asked.dedup();
    if (situation.held || situation.in_case || rule.target == Target::Human)
        && !asked.iter().any(|agent| agent == HANDOFF)
    {
        asked.push(HANDOFF.into());
    }
    asked
}

/// Who proposed what the customer answers. Whoever declines asks nobody for anything.
fn owners(verdict: &Verdict) -> impl Iterator<Item = &String> {
    let answered = verdict.actions.iter().filter(|_| verdict.consent != Consent::No);
    answered.map(|action| &action.agent)
}

fn holds(when: &Conditions, table: &Table, situation: &Situation<'_>) -> bool {
    let sure = sure_intent(table.sure_from, situation);
    let confidence = situation.intent.map_or(0.0, |intent| intent.confidence);
    let feels = |test: &dyn Fn(&Sentiment) -> bool| situation.sentiment.is_some_and(test);
    when.intents.as_ref().is_none_or(|labels| sure.is_some_and(|intent| labels.contains(&intent.label)))
        && when.urgency.is_none_or(|least| urgency(table, situation) >= least)
        && when.polarity.is_none_or(|polarity| feels(&|found| found.polarity == polarity))
        && when.intensity_from.is_none_or(|least| feels(&|found| found.intensity >= least))
        && when.confidence_from.is_none_or(|least| confidence >= least)
        && when.confidence_below.is_none_or(|below| confidence < below)
        && when.signed_in.is_none_or(|signed_in| situation.signed_in == signed_in)
        && when.channel.is_none_or(|channel| situation.channel == channel)
        && when.languages_not.as_ref().is_none_or(|known| speaks_none_of(situation.locale, known))
        && when.words_from.is_none_or(|least| situation.words >= least)
        && when.held.is_none_or(|held| situation.held == held)
        && when.answers.as_ref().is_none_or(|ways| situation.verdict.is_some_and(|found| ways.contains(&found.consent)))
}

fn speaks_none_of(locale: &str, languages: &[String]) -> bool {
    let spoken = locale.split('-').next().unwrap_or_default();
    !spoken.is_empty() && !languages.iter().any(|language| language.eq_ignore_ascii_case(spoken))
}

fn sure_intent<'a>(sure_from: f32, situation: &Situation<'a>) -> Option<&'a Intent> {
    situation.intent.filter(|intent| intent.confidence >= sure_from)
}

/// How urgent the matter is: by the customer's words, or by the kind of matter when that is known; the higher counts.
///
/// "How do I use the parking brake?" looks like failing brakes to a classifier. So where the words were read and found
/// harmless, a kind of matter that is an emergency counts only when it is nearly certain.
fn urgency(table: &Table, situation: &Situation<'_>) -> Urgency {
    if still_in_danger(table, situation) {
        return Urgency::Emergency;
    }
    let by_words = situation.sentiment.map(|sentiment| sentiment.urgency);
    let harmless = by_words == Some(Urgency::Routine);
    let by_kind = sure_intent(table.sure_from, situation).map_or(Urgency::Routine, |intent| match intent.urgency {
        Urgency::Emergency if harmless && intent.confidence < table.danger_from => Urgency::Soon,
        urgency => urgency,
    });
    by_words.unwrap_or_default().max(by_kind)
}

/// Whether the message before reported a danger and this one does not plainly turn to something else: "he is crying,
/// hurry" after "my child is locked in the car" is no new matter.
fn still_in_danger(table: &Table, situation: &Situation<'_>) -> bool {
    let reported = situation.sentiment.is_some_and(|sentiment| !sentiment.earlier_hazards.is_empty());
    let other_matter =
        sure_intent(table.sure_from, situation).is_some_and(|intent| !table.goes_on.contains(&intent.label));
    reported && !other_matter
}

#[cfg(test)]
mod tests;
