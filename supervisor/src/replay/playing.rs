//! The agents that think, each before the recorded answers of its models.

use std::sync::Arc;

use async_trait::async_trait;
use contract::ports::LanguageModel;
use contract::{
    Agent, AgentReport, Answer, Card, Error, ErrorKind, Finding, Outcome, Result, TurnContext, TurnRecord, When,
};
use intent::IntentAgent;
use models::{Ended, PlayedModel, StructuredModel};
use response::{Limits, ResponseAgent};
use routing::RoutingAgent;
use sentiment::SentimentAgent;

use super::PATIENCE;

/// The agents that think and had a part in this turn. One whose part was lost is no agent of these: it is played, but for
/// the one who replies, who had perhaps begun to speak.
///
/// # Errors
/// `NotFound` when an answer of a model is not in the record; `Invalid` when an agent's data files are broken.
pub(super) fn agents(record: &TurnRecord, limits: Limits) -> Result<Vec<Arc<dyn Agent>>> {
    let mut agents = Vec::new();
    for report in &record.reports {
        let asked = !report.outcome.is_missing() && !matches!(report.outcome, Outcome::Skipped { .. });
        let agent: Arc<dyn Agent> = match report.agent.as_str() {
            "intent" if asked => {
                let (model, when) = opinion(report)?;
                Arc::new(IntentAgent::new()?.assisted_by(model, when, PATIENCE))
            }
            "sentiment" if asked => {
                let (model, when) = opinion(report)?;
                Arc::new(SentimentAgent::new()?.assisted_by(model, when, PATIENCE))
            }
            "routing" if asked => Arc::new(RoutingAgent::new()?),
            "response" => writer(report, limits)?,
            _ => continue,
        };
        agents.push(agent);
    }
    Ok(agents)
}

/// The model that gave a second opinion, or failed to, and when it was asked: this turn tells only whether.
fn opinion(report: &AgentReport) -> Result<(Arc<dyn LanguageModel>, When)> {
    let asked = !report.calls.is_empty() || matches!(report.outcome, Outcome::Reduced { .. });
    let when = if asked { When::Always } else { When::Never };
    Ok((Arc::new(StructuredModel::new(Arc::new(PlayedModel::new(&report.calls, Ended::default())?))), when))
}

fn writer(report: &AgentReport, limits: Limits) -> Result<Arc<dyn Agent>> {
    let reduced = if let Outcome::Reduced { reason } = &report.outcome { Some(reason.clone()) } else { None };
    let arm = report.findings.iter().find_map(|finding| match finding {
        Finding::Reply(reply) | Finding::Suggestion(reply) => reply.arm.clone(),
        _ => None,
    });
    let model = Arc::new(PlayedModel::new(&report.calls, Ended { arm, reduced })?);
    let kept = report.calls.iter().find(|call| call.max_output_tokens > 0);
    let limits =
        kept.map_or(limits, |call| Limits { max_output_tokens: call.max_output_tokens, temperature: call.temperature });
    let agent = ResponseAgent::new(model.clone(), model.clone(), limits)?;
    if report.outcome.is_missing() {
        let spoke = !report.calls.is_empty();
        return Ok(Arc::new(Lost { agent, model, spoke }));
    }
    Ok(Arc::new(agent))
}

/// The writer of a reply that was broken off: speaks until no more of its model was heard.
struct Lost {
    agent: ResponseAgent,
    model: Arc<PlayedModel>,
    /// Whether it came so far that it asked a model.
    spoke: bool,
}

#[async_trait]
impl Agent for Lost {
    fn card(&self) -> Card {
        self.agent.card()
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        if self.spoke {
            tokio::select! {
                _ = self.agent.run(context) => {}
                () = self.model.fell_silent() => {}
            }
        }
        Err(Error::new(ErrorKind::Internal, "its part was lost, as recorded"))
    }
}
