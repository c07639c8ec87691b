//! Measures the analysts alone: what customers want, how they feel, what they answer to a proposal.

use std::sync::Arc;

use classifier::rows::{Row, read_rows};
use classifier::{Classifier, Example, OUT_OF_SCOPE, Settings as Training, Verdict, is_out_of_scope};
use contract::{ActionId, ActionState, Agent, Consent, Exchange, Finding};
use intent::IntentAgent;
use jiff::ToSpan;
use sentiment::SentimentAgent;
use sentiment::evaluation::read_rows as read_moods;
use sentiment::{Polarity, Urgency};
use serde::Deserialize;

use super::context::context;
use super::figure::{Better, Figure, Measured, Miss, Summary, Unit, ids};
use super::sets::Set;

/// What the classifier makes of a labelled file. A file of other people's intents is learned from its rows of the split `train`
/// first; without other rows there is nothing to measure.
pub(super) fn intents(agent: &IntentAgent, set: &Set) -> Result<Measured, String> {
    let mut rows = read_rows(&set.text).map_err(|error| format!("{}: {error}", set.file.display()))?;
    let of_ours = |row: &Row| is_out_of_scope(&row.label) || agent.labels().contains(&row.label);
    let verdicts: Vec<Verdict> = if rows.iter().all(of_ours) {
        rows.iter().map(|row| agent.classify(&row.text)).collect()
    } else {
        let (train, test): (Vec<Row>, Vec<Row>) =
            rows.into_iter().partition(|row| row.split.as_deref() == Some("train"));
        rows = test;
        if rows.is_empty() || train.is_empty() {
            return Ok(Measured::default());
        }
        let examples: Vec<Example> = train.into_iter().map(Example::from).collect();
        let learned = Classifier::train(&examples, &Training::default());
        rows.iter().map(|row| learned.classify(&row.text)).collect()
    };
    Ok(of_verdicts(&set.name, &rows, &verdicts))
}

/// The figures of verdicts that were reached elsewhere; the n-th verdict belongs to the n-th row.
pub(crate) fn of_verdicts(set: &str, rows: &[Row], verdicts: &[Verdict]) -> Measured {
    let ids = ids(rows.iter().map(|row| &*row.text));
    let expected = |row: &Row| if is_out_of_scope(&row.label) { OUT_OF_SCOPE.to_owned() } else { row.label.clone() };
    let found = |verdict: &Verdict| if verdict.in_scope { verdict.label.clone() } else { OUT_OF_SCOPE.to_owned() };
    let each: Vec<(String, String, String, f64)> = ids
        .into_iter()
        .zip(rows.iter().zip(verdicts))
        .map(|(id, (row, verdict))| {
            let best_is_right = verdict.label == row.label && !is_out_of_scope(&row.label);
            let confidence = f64::from(verdict.confidence);
            (id, expected(row), found(verdict), if best_is_right { confidence } else { -confidence })
        })
        .collect();
    let own = each.iter().filter(|row| row.1 != OUT_OF_SCOPE).map(|row| (row.0.clone(), row.1 == row.2));
    let foreign = each.iter().filter(|row| row.1 == OUT_OF_SCOPE).map(|row| (row.0.clone(), row.1 == row.2));
    let refused = each.iter().filter(|row| row.2 == OUT_OF_SCOPE).map(|row| (row.0.clone(), row.1 == row.2));
    let sure = each.iter().map(|row| (row.0.clone(), row.3)).collect();
    let misses = each.iter().zip(rows).filter(|(row, _)| row.1 != row.2);
    Measured {
        misses: misses.map(|(row, said)| miss(set, &said.text, &row.1, &row.2)).collect(),
        figures: vec![
            Figure::share(set, "in-scope accuracy", own),
            Figure::share(set, "out-of-scope recall", foreign),
            Figure { tolerance: 0.05, ..Figure::share(set, "out-of-scope precision", refused) },
            Figure {
                unit: Unit::Score,
                better: Better::Lower,
                summary: Summary::CalibrationError,
                ..Figure::score(set, CALIBRATION, sure)
            },
        ],
    }
}

/// The figure whose rows the reliability diagram is drawn from.
pub(super) const CALIBRATION: &str = "calibration error";

/// Tone, urgency, and above all: emergencies.
pub(crate) fn moods(agent: &SentimentAgent, set: &str, text: &str) -> Result<Measured, String> {
    let rows = read_moods(text).map_err(|error| format!("{set}: {error}"))?;
    let ids = ids(rows.iter().map(|row| &*row.text));
    let (mut tone, mut urgency, mut misses) = (Vec::new(), Vec::new(), Vec::new());
    let (mut found_dangers, mut alarms) = (Vec::new(), Vec::new());
    for (id, row) in ids.into_iter().zip(&rows) {
        if let Some(expected) = row.label {
            let found = agent.moods().read(&row.text).label;
            tone.push((id.clone(), found == expected));
            misses.extend((found != expected).then(|| miss(set, &row.text, word(expected), word(found))));
        }
        if let Some(expected) = row.urgency {
            let found = agent.hazards().read(&row.text).urgency;
            let called = found == Urgency::Emergency;
            urgency.push((id.clone(), found == expected));
            if expected == Urgency::Emergency { &mut found_dangers } else { &mut alarms }.push((id, called));
            let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
            misses.extend((found != expected).then(|| miss(set, &row.text, &expected, &found)));
        }
    }
    let figures = vec![
        Figure::share(set, "polarity accuracy", tone),
        Figure::share(set, "urgency accuracy", urgency),
        Figure::share(set, "emergencies found", found_dangers).strict(),
        Figure::share(set, "false alarms", alarms).lower(),
    ];
    Ok(Measured { figures, misses })
}

const fn word(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Negative => "negative",
        Polarity::Neutral => "neutral",
        Polarity::Positive => "positive",
    }
}

/// A message behind a proposal, and what it answers.
#[derive(Debug, Deserialize)]
struct Said {
    text: String,
    /// `yes`, `no`, `change`, `unclear`, or `other`: another matter.
    label: String,
    /// The name of what was proposed.
    proposal: String,
}

/// What is read of answers to proposals. What is not plainly a yes must never be read as one.
pub(super) async fn answers(agent: &IntentAgent, set: &Set) -> Result<Measured, String> {
    let rows: Vec<Said> = set.rows()?;
    let ids = ids(rows.iter().map(|row| &*row.text));
    let (mut right, mut doubtful, mut misses) = (Vec::new(), Vec::new(), Vec::new());
    for (number, (id, row)) in ids.into_iter().zip(&rows).enumerate() {
        let found = answered(agent, row, number).await?;
        right.push((id.clone(), found == row.label));
        if row.label != "yes" {
            doubtful.push((id, found != "yes"));
        }
        misses.extend((found != row.label).then(|| miss(&set.name, &row.text, &row.label, found)));
    }
    let figures = vec![
        Figure::share(&set.name, "answers read right", right),
        Figure::share(&set.name, "doubt is never a yes", doubtful).strict(),
    ];
    Ok(Measured { figures, misses })
}

async fn answered(agent: &IntentAgent, row: &Said, number: usize) -> Result<&'static str, String> {
    let mut context = context(agent, &row.text, number, local_clock().as_ref());
    let turn = context.turn.clone();
    let expires = turn.received.checked_add(10.minutes()).map_err(|cause| cause.to_string())?;
    let actions = proposal(&row.proposal)?.into_iter().enumerate().map(|(at, (owner, summary))| contract::Action {
        id: ActionId::of(&turn.id, owner, at),
        agent: owner.into(),
        kind: "something".into(),
        parameters: std::collections::BTreeMap::new(),
        summary: summary.into(),
        expires,
        state: ActionState::Proposed,
    });
    context.history = [Exchange { actions: actions.collect(), ..Exchange::of("…", "…") }].into();
    let answer = agent.run(&context).await.map_err(|error| error.to_string())?;
    let verdict = answer.findings.iter().find_map(|found| match found {
        Finding::Verdict(verdict) => Some(verdict.consent),
        _ => None,
    });
    Ok(match verdict {
        None => "other",
        Some(Consent::Yes) => "yes",
        Some(Consent::No) => "no",
        Some(Consent::Change) => "change",
        Some(Consent::Unclear) => "unclear",
    })
}

fn local_clock() -> Arc<dyn contract::ports::Clock> {
    Arc::new(local::SystemClock::start())
}

/// What was proposed, by whom, under the names of the labelled file.
fn proposal(name: &str) -> Result<Vec<(&'static str, &'static str)>, String> {
    let booking = (
        "servicing",
        "Book a service for your 2025 Veldra Lumen at Veldra Centre Leeds on Tuesday 8 December at 9:00.",
    );
    let climate = ("cockpit", "Set the cabin temperature to 21 degrees.");
    Ok(match name {
        "booking" => vec![booking],
        "climate" => vec![climate],
        "cancel" => vec![("servicing", "Cancel your appointment SV-7K2M9Q at Veldra Centre Leeds.")],
        "window" => vec![("cockpit", "Open the driver's window.")],
        "off" => vec![("cockpit", "Turn the seat heating off.")],
        "two" => vec![booking, climate],
        other => return Err(format!("no proposal is called {other:?}")),
    })
}

pub(super) fn miss(set: &str, text: &str, expected: &str, got: &str) -> Miss {
    Miss { set: set.into(), text: text.into(), expected: expected.into(), got: got.into() }
}
