//! Compares two sets of models on live turns: a share of the sessions is treated, and stays so.

use std::sync::Arc;

use async_trait::async_trait;
use contract::ports::{Deltas, LanguageModel};
use contract::prompt::{Delta, Prompt};
use contract::{Errand, Result, SessionId};
use futures::StreamExt;
use sha2::{Digest, Sha256};

/// An experiment: each session is asked about in one arm, always the same one, and every ending says which.
pub struct SplitModel {
    experiment: String,
    percent: u64,
    control: Arc<dyn LanguageModel>,
    treatment: Arc<dyn LanguageModel>,
}

impl SplitModel {
    /// Asks `treatment` for so many of a hundred sessions, and `control` for the others. The name of the experiment decides with
    /// which sessions: two experiments choose independently of each other.
    pub fn new(
        experiment: String,
        percent: u32,
        control: Arc<dyn LanguageModel>,
        treatment: Arc<dyn LanguageModel>,
    ) -> Self {
        Self { experiment, percent: percent.into(), control, treatment }
    }

    /// Whether a session is treated: by a hash, so that no process has to remember it and each decides alike.
    fn treats(&self, session: &SessionId) -> bool {
        let hash = Sha256::new().chain_update(&self.experiment).chain_update([0]).chain_update(session.as_str());
        // The first eight bytes as a number; that a hundred does not divide 2^64 shifts no share by more than 10^-17.
        let number = hash.finalize().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number % 100 < self.percent
    }
}

#[async_trait]
impl LanguageModel for SplitModel {
    fn name(&self) -> &str {
        self.control.name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let (model, arm) =
            if self.treats(&errand.session) { (&self.treatment, "treatment") } else { (&self.control, "control") };
        let arm = format!("{}:{arm}", self.experiment);
        let deltas = model.generate(prompt, errand).await?;
        let named = move |mut delta| {
            if let Ok(Delta::End(ending)) = &mut delta {
                ending.arm = Some(arm.clone());
            }
            delta
        };
        Ok(deltas.map(named).boxed())
    }

    async fn ready(&self) -> Result<()> {
        self.control.ready().await?;
        self.treatment.ready().await
    }
}

#[cfg(test)]
mod tests {
    use contract::prompt::whole;
    use contract::testing::errand;
    use contract::{ErrorKind, Usage};

    use super::*;
    use crate::testing::{Scripted, Step, prompt};

    fn split(experiment: &str, percent: u32) -> SplitModel {
        let says = |name| Arc::new(Scripted::new(name, vec![vec![Step::Text("Hello."), Step::End(Usage::default())]]));
        SplitModel::new(experiment.into(), percent, says("a"), says("b"))
    }

    fn sessions() -> impl Iterator<Item = SessionId> {
        (0..10_000).map(|number| SessionId::new(format!("session-{number}")).unwrap())
    }

    #[test]
    fn the_share_is_what_was_said() {
        for percent in [0, 1, 20, 50, 99, 100] {
            let model = split("haiku", percent);
            let treated = sessions().filter(|session| model.treats(session)).count();
            // Four standard deviations of a share of 10,000 are two percentage points at most.
            let expected = percent as usize * 100;
            let tolerance = if percent % 100 == 0 { 0 } else { 200 };
            assert!(treated.abs_diff(expected) <= tolerance, "{percent} %: {treated}");
        }
    }

    #[test]
    fn two_experiments_choose_independently() {
        let (one, other) = (split("haiku", 50), split("nova", 50));
        let both = sessions().filter(|session| one.treats(session) && other.treats(session)).count();
        assert!(both.abs_diff(2_500) <= 200, "{both}");
    }

    #[tokio::test]
    async fn a_session_keeps_its_arm_and_the_ending_names_it() {
        let mut heard = [0, 0];
        for session in sessions().take(50) {
            let errand = contract::Errand { session, ..errand() };
            let mut arms = Vec::new();
            // Two processes, as it were: nothing is shared.
            for model in [split("haiku", 50), split("haiku", 50)] {
                let (_, ending) = whole(model.generate(&prompt(), &errand).await.unwrap()).await.unwrap();
                arms.push((ending.model, ending.arm.unwrap()));
            }
            assert_eq!(arms[0], arms[1]);
            let expected = if arms[0].0 == "b" { "haiku:treatment" } else { "haiku:control" };
            assert_eq!(arms[0].1, expected);
            heard[usize::from(arms[0].0 == "b")] += 1;
        }
        assert!(heard[0] > 10 && heard[1] > 10, "{heard:?}");
    }

    #[tokio::test]
    async fn errors_pass() {
        let broken = || Arc::new(Scripted::new("m", vec![vec![Step::Refuse(ErrorKind::Refused)]]));
        let model = SplitModel::new("haiku".into(), 50, broken(), broken());
        assert_eq!(model.generate(&prompt(), &errand()).await.err().unwrap().kind, ErrorKind::Refused);
    }
}
