//! What a turn makes of proposals: what was done, what must be said of the customer's answer, and what is asked now.

use contract::{Action, ActionState, Consent};
use language::sentences::sentences;

use crate::brief::Brief;

/// What the reply says of proposals.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Proposals<'a> {
    /// What came of what the customer agreed to: outcomes, and reasons why not.
    pub(crate) results: Vec<&'a str>,
    /// What must be said of the answer itself.
    pub(crate) remark: Option<Remark>,
    /// What waits for the customer's yes.
    pub(crate) open: Vec<&'a Action>,
}

/// What must be said of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remark {
    /// They did not want it.
    Declined,
    /// It could not be read.
    Unclear,
    /// It came to a proposal that is not open any more.
    Lapsed,
    /// They agreed, and nobody says what came of it.
    NotDone,
    /// They wanted it otherwise, and nobody found another way.
    NotChanged,
}

impl<'a> Proposals<'a> {
    pub(crate) fn of(brief: &Brief<'a>) -> Self {
        let result = |action: &&'a Action| match &action.state {
            ActionState::CarriedOut { outcome } => Some(outcome.as_str()),
            ActionState::Failed { reason } => Some(reason.as_str()),
            ActionState::Proposed | ActionState::Declined => None,
        };
        let results = brief.actions.iter().filter_map(result).collect();
        let mut open: Vec<&Action> = Vec::new();
        let proposed = brief.actions.iter().copied().filter(|action| action.state == ActionState::Proposed);
        for action in proposed.chain(Self::unreported(brief)) {
            if open.iter().all(|known| known.id != action.id) {
                open.push(action);
            }
        }
        if brief.verdict.is_some_and(|verdict| matches!(verdict.consent, Consent::No | Consent::Change)) {
            // What was not wanted is not asked again.
            open.retain(|action| brief.actions.iter().any(|reported| reported.id == action.id));
        }
        Self { results, remark: Self::remark(brief), open }
    }

    /// What the customer answered, and of which no agent says what came.
    fn unreported(brief: &Brief<'a>) -> impl Iterator<Item = &'a Action> {
        let answered = brief.verdict.into_iter().flat_map(|verdict| &verdict.actions);
        answered.filter(|action| brief.actions.iter().all(|reported| reported.id != action.id))
    }

    fn remark(brief: &Brief<'a>) -> Option<Remark> {
        let verdict = brief.verdict?;
        match verdict.consent {
            Consent::No => Some(Remark::Declined),
            Consent::Unclear if verdict.actions.is_empty() => Some(Remark::Lapsed),
            Consent::Unclear => Some(Remark::Unclear),
            Consent::Yes => Self::unreported(brief).next().map(|_| Remark::NotDone),
            Consent::Change => (!brief.says_something()).then_some(Remark::NotChanged),
        }
    }

    /// The question, in the words that `ask` puts around what would be done; nothing when nothing waits.
    pub(crate) fn question(&self, ask: impl Fn(&str) -> String) -> Option<String> {
        let clauses: Vec<String> = self.open.iter().map(|action| clause(&action.summary)).collect();
        let (last, others) = clauses.split_last()?;
        let all = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
        Some(ask(&all))
    }

    /// What the proposals say beyond what would be done.
    pub(crate) fn details(&self) -> impl Iterator<Item = &'a str> {
        self.open.iter().flat_map(|action| sentences(&action.summary).into_iter().skip(1))
    }
}

/// "Book a service." as a part of a question: "book a service".
fn clause(summary: &str) -> String {
    let sentence = sentences(summary).first().copied().unwrap_or(summary).trim().trim_end_matches(['.', '!', '?']);
    let mut letters = sentence.chars();
    match (letters.next(), letters.clone().next()) {
        // "SOS" stays as it is.
        (Some(_), Some(second)) if second.is_uppercase() => sentence.into(),
        (Some(first), _) => first.to_lowercase().chain(letters).collect(),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests;
