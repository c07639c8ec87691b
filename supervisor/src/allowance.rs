//! How the time of a turn is shared out: no agent may use up what the later stages need.

use std::time::Duration;

use contract::{Card, Stage};

/// The longest that an agent may take now: its own budget, or its stage's share of the time that is left.
pub(crate) fn allowance(card: &Card, left: Duration) -> Duration {
    card.budget.min(left.mul_f64(share(card.stage)))
}

/// What part of the remaining time a stage may use. The rest is kept for the stages after it, and at the end for storing
/// the turn.
fn share(stage: Stage) -> f64 {
    match stage {
        Stage::Analyze => 0.4,
        Stage::Route => 0.1,
        Stage::Act => 0.4,
        Stage::Respond => 0.95,
        Stage::Learn => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(stage: Stage, budget_ms: u64) -> Card {
        Card { name: "x", purpose: "x", stage, budget: Duration::from_millis(budget_ms) }
    }

    #[test]
    fn slow_agents_at_every_stage_still_leave_time_to_reply_and_store() {
        let mut left = Duration::from_millis(1_000);
        for stage in [Stage::Analyze, Stage::Route, Stage::Act, Stage::Respond] {
            let allowed = allowance(&card(stage, 60_000), left);
            assert!(allowed > Duration::from_millis(10), "{stage:?} gets {allowed:?}");
            left -= allowed;
        }
        assert!(!left.is_zero());
    }

    #[test]
    fn nobody_gets_more_than_their_budget() {
        assert_eq!(allowance(&card(Stage::Analyze, 50), Duration::from_secs(10)), Duration::from_millis(50));
        assert_eq!(allowance(&card(Stage::Respond, 50), Duration::ZERO), Duration::ZERO);
    }
}
