//! The decision: a pure function from a situation to a route.

use contract::finding::{Intent, Route, Sentiment, Tier, Urgency};
use contract::{Channel, Tone};

use crate::Safety;
use crate::table::{Conditions, Table};

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
}

/// The route that the first matching rule of `table` gives.
pub fn decide(table: &Table, safety: &Safety, situation: &Situation<'_>) -> Route {
    let rule = table.rules.iter().find(|rule| holds(&rule.when, table, situation)).unwrap_or(&table.otherwise);
    let wanted = sure_intent(table.sure_from, situation).map(|intent| intent.agents.as_slice()).unwrap_or_default();
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
        agents: wanted.iter().filter(|agent| !rule.without.contains(agent)).cloned().collect(),
        safety: danger.then(|| safety.guidance(sure_intent(table.sure_from, situation), situation.sentiment)),
    }
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
mod tests {
    use contract::finding::{Hazard, Polarity, Target};

    use super::*;

    fn intent(label: &str, confidence: f32, urgency: Urgency) -> Intent {
        let agents = vec!["servicing".into(), "marketing".into()];
        Intent { label: label.into(), confidence, alternatives: Vec::new(), urgency, agents }
    }

    fn feeling(polarity: Polarity, intensity: f32, urgency: Urgency) -> Sentiment {
        Sentiment { polarity, score: 0.0, intensity, urgency, hazards: Vec::new(), earlier_hazards: Vec::new() }
    }

    fn route(intent: Option<Intent>, sentiment: Option<Sentiment>) -> Route {
        let situation = Situation { intent: intent.as_ref(), sentiment: sentiment.as_ref(), ..Situation::default() };
        decide(&Table::shipped().unwrap(), &Safety::shipped().unwrap(), &situation)
    }

    #[test]
    fn each_situation_has_its_rule() {
        use Polarity::{Negative, Neutral};
        use Urgency::{Emergency, Routine, Soon, Urgent};
        let cases = [
            (Some(("warning_light", 0.9, Soon)), Some((Neutral, 0.1, Emergency)), "danger", Target::Human),
            (Some(("accident", 0.9, Emergency)), None, "danger", Target::Human),
            (Some(("accident", 0.2, Emergency)), None, "unsure", Target::SelfService),
            (Some(("accident", 0.6, Emergency)), Some((Neutral, 0.0, Soon)), "danger", Target::Human),
            (Some(("brake_failure", 0.7, Emergency)), Some((Neutral, 0.0, Routine)), "everyday", Target::SelfService),
            (Some(("brake_failure", 0.97, Emergency)), Some((Neutral, 0.0, Routine)), "danger", Target::Human),
            (Some(("human_request", 0.9, Routine)), Some((Neutral, 0.0, Routine)), "asked-for-a-person", Target::Human),
            (Some(("complaint", 0.9, Soon)), Some((Negative, 0.5, Routine)), "complaint", Target::Human),
            (Some(("infotainment", 0.9, Routine)), Some((Negative, 0.95, Routine)), "furious", Target::Human),
            (Some(("billing", 0.9, Routine)), Some((Negative, 0.4, Routine)), "money-with-displeasure", Target::Human),
            (Some(("billing", 0.9, Routine)), Some((Neutral, 0.0, Routine)), "money", Target::SelfService),
            (Some(("breakdown", 0.9, Urgent)), Some((Neutral, 0.0, Soon)), "stranded", Target::Human),
            (Some(("range", 0.9, Routine)), Some((Negative, 0.4, Routine)), "displeased", Target::SelfService),
            (Some(("range", 0.9, Routine)), Some((Neutral, 0.0, Routine)), "everyday", Target::SelfService),
            (Some(("range", 0.3, Routine)), Some((Neutral, 0.0, Routine)), "unsure", Target::SelfService),
            (None, None, "unsure", Target::SelfService),
        ];
        for (wanted, felt, rule, target) in cases {
            let found = route(wanted.map(|(l, c, u)| intent(l, c, u)), felt.map(|(p, i, u)| feeling(p, i, u)));
            assert!(found.reason.starts_with(&format!("{rule}: ")), "{wanted:?} {felt:?}: {}", found.reason);
            assert_eq!(found.target, target, "{rule}");
        }
    }

    #[test]
    fn danger_says_at_once_what_to_do_and_asks_no_one_to_sell() {
        let hazards = vec![Hazard { name: "brakes".into(), evidence: "pedal goes to the floor".into() }];
        let felt = Sentiment { hazards, ..feeling(Polarity::Neutral, 0.0, Urgency::Emergency) };
        let found = route(Some(intent("warning_light", 0.9, Urgency::Soon)), Some(felt));
        assert!(found.safety.as_ref().is_some_and(|fact| fact.text.contains("brake")), "{found:?}");
        assert!(found.agents.is_empty(), "{found:?}");
        assert_eq!(found.queue, "safety");
    }

    #[test]
    fn a_danger_lasts_until_the_customer_turns_to_something_else() {
        let earlier_hazards = vec![Hazard { name: "child_locked_in".into(), evidence: "locked in".into() }];
        let after = || {
            Some(Sentiment {
                earlier_hazards: earlier_hazards.clone(),
                ..feeling(Polarity::Negative, 0.3, Urgency::Routine)
            })
        };
        for vague in [intent("out_of_scope", 0.8, Urgency::Routine), intent("range", 0.2, Urgency::Routine)] {
            let found = route(Some(vague), after());
            assert!(
                found.reason.starts_with("danger: ") && found.safety.is_some_and(|fact| fact.text.contains("window"))
            );
        }
        let found = route(Some(intent("service_booking", 0.9, Urgency::Routine)), after());
        assert_eq!(found.safety, None);
    }

    #[test]
    fn the_customers_tone_wins() {
        let situation = Situation { wanted_tone: Some(Tone::Concise), ..Situation::default() };
        let found = decide(&Table::shipped().unwrap(), &Safety::shipped().unwrap(), &situation);
        assert_eq!(found.tone, Tone::Concise);
    }

    #[test]
    fn a_long_story_or_another_language_needs_the_capable_model() {
        let wanted = intent("range", 0.9, Urgency::Routine);
        let tier = |locale, words| {
            let situation = Situation { intent: Some(&wanted), locale, words, ..Situation::default() };
            let route = decide(&Table::shipped().unwrap(), &Safety::shipped().unwrap(), &situation);
            (route.tier, route.reason)
        };
        assert_eq!(tier("en-GB", 8).0, Tier::Fast);
        assert_eq!(tier("en", 200).0, Tier::Capable);
        let (german, reason) = tier("de-DE", 8);
        assert!(german == Tier::Capable && reason.starts_with("everyday: "), "{reason}");
        assert!(reason.contains("; other-language: "), "{reason}");
    }

    #[test]
    fn nothing_is_sold_to_the_displeased() {
        let found = route(
            Some(intent("range", 0.9, Urgency::Routine)),
            Some(feeling(Polarity::Negative, 0.4, Urgency::Routine)),
        );
        assert_eq!(found.agents, ["servicing"]);
    }
}
