//! One agent as a function, and how such a function is asked.

use async_trait::async_trait;
use aws::LambdaFunction;
use lambda_runtime::{LambdaEvent, service_fn};

use super::lifetime::ended;
use super::settings;
use crate::remote::{self, Brief, Place};
use crate::wiring;

/// Answers for the agent that `lambda.agent` names until the process is ended.
///
/// A failing, slow or panicking agent is an answer, with the calls of models that it made; only a turn that is not for this
/// agent, or that cannot be read, is an error of the function.
///
/// # Errors
/// What kept the function from starting, or the runtime from going on.
pub async fn agent(environment: Vec<(String, String)>) -> Result<(), String> {
    let (settings, traces) = settings(environment)?;
    let (agent, ended) = tokio::join!(wiring::agent(&settings), ended());
    let (agent, clock) = agent.map_err(|error| error.to_string())?;
    let function = service_fn(|event: LambdaEvent<Brief>| {
        let (agent, clock, traces) = (agent.clone(), clock.clone(), traces.clone());
        async move {
            let report = remote::answer(&agent, &clock, event.payload).await;
            traces.flush().await;
            report.map_err(|error| lambda_runtime::Error::from(error.to_string()))
        }
    });
    tokio::select! {
        outcome = lambda_runtime::run(function) => outcome.map_err(|cause| cause.to_string()),
        () = ended => Ok(()),
    }
}

/// The function of an agent, as the place that it runs at.
pub(crate) struct Function(LambdaFunction);

impl Function {
    pub(crate) fn new(function: LambdaFunction) -> Self {
        Self(function)
    }
}

#[async_trait]
impl Place for Function {
    async fn send(&self, brief: Vec<u8>) -> contract::Result<Vec<u8>> {
        self.0.invoke(brief).await
    }
}
