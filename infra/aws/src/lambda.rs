//! Asks a Lambda function and waits for its answer.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::Builder;
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use contract::{Error, ErrorKind, Result};
use serde::Deserialize;

/// The most that is sent to a function, and that it may answer, in bytes: 6 MB, by the quotas of Lambda.
const LARGEST: usize = 6 * 1024 * 1024;
/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(1);
/// The longest that a call lasts: the most that a turn may take. Whoever asks within a turn drops the call much sooner.
const LONGEST: Duration = Duration::from_secs(29);
/// How often a call is tried that did not reach a function, or was throttled.
const ATTEMPTS: u32 = 2;

/// One Lambda function. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LambdaFunction {
    client: Client,
    name: String,
}

/// What Lambda answers for a function that did not.
#[derive(Deserialize)]
struct Broken {
    #[serde(rename = "errorType", default)]
    kind: String,
    #[serde(rename = "errorMessage", default)]
    message: String,
}

impl LambdaFunction {
    /// The function of this name, name with alias, or ARN.
    pub fn new(config: &SdkConfig, name: &str) -> Self {
        // A cold start may be silent for longer than any other service: only whoever asks knows how long to wait.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .read_timeout(LONGEST)
            .operation_attempt_timeout(LONGEST)
            .operation_timeout(LONGEST)
            .build();
        let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
        let config = Builder::from(config).timeout_config(timeouts).retry_config(retries).build();
        Self { client: Client::from_conf(config), name: name.into() }
    }

    /// Sends `payload`, a JSON text, and returns what the function answers, also in JSON.
    ///
    /// # Errors
    /// `Invalid` when the payload or the answer is too large; `TimedOut` when the function was; `Busy` when too many of it run;
    /// `Refused` when this role may not ask it; `Unavailable` when there is no such function, or it broke off.
    pub async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>> {
        if payload.len() > LARGEST {
            let message = format!("{} bytes are too many for a function", payload.len());
            return Err(
                Error::new(ErrorKind::Invalid, message).hint(format!("{LARGEST} at most: let the agent run here"))
            );
        }
        let asked = self.client.invoke().function_name(&self.name).invocation_type(InvocationType::RequestResponse);
        let answer = asked.payload(Blob::new(payload)).send().await.map_err(|cause| self.lost(&cause))?;
        let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
        match answer.function_error {
            Some(_) => Err(self.broken(&body)),
            None => Ok(body),
        }
    }

    /// Whether the function is there and this role may ask it. Does not run it.
    ///
    /// # Errors
    /// As [`Self::invoke`].
    pub async fn check(&self) -> Result<()> {
        let asked = self.client.invoke().function_name(&self.name).invocation_type(InvocationType::DryRun);
        asked.send().await.map(drop).map_err(|cause| self.lost(&cause))
    }

    /// What an error of Lambda means.
    fn lost(&self, cause: &SdkError<InvokeError>) -> Error {
        let said = cause.message().or(cause.code()).map_or_else(|| cause.to_string(), str::to_owned);
        let (kind, message, hint) = match cause.code().unwrap_or_default() {
            "ResourceNotFoundException" => {
                (ErrorKind::Unavailable, "a function is missing", format!("deploy {}, or correct its name", self.name))
            }
            "AccessDeniedException" | "AccessDenied" => (
                ErrorKind::Refused,
                "a function may not be asked",
                format!("allow this role lambda:InvokeFunction on {}", self.name),
            ),
            "TooManyRequestsException" | "EC2ThrottledException" => {
                (ErrorKind::Busy, "too many of a function run", format!("raise the concurrency of {}", self.name))
            }
            "RequestTooLargeException" => {
                (ErrorKind::Invalid, "a function was sent too much", "let the agent run here".into())
            }
            _ if matches!(cause, SdkError::TimeoutError(_)) => {
                (ErrorKind::TimedOut, "a function did not answer in time", format!("look at the log of {}", self.name))
            }
            _ => (ErrorKind::Unavailable, "a function cannot be reached", format!("look at {}", self.name)),
        };
        Error::new(kind, message).hint(hint).caused_by(said)
    }

    /// What it means that the function itself broke off.
    fn broken(&self, body: &[u8]) -> Error {
        let told: Option<Broken> = serde_json::from_slice(body).ok();
        let Broken { kind, message } = told.unwrap_or(Broken { kind: String::new(), message: String::new() });
        let hint = format!("look at the log of {}", self.name);
        let error = if kind == "Sandbox.Timedout" || message.contains("Task timed out") {
            Error::new(ErrorKind::TimedOut, "a function ran longer than it may")
        } else if kind == "Function.ResponseSizeTooLarge" {
            Error::new(ErrorKind::Invalid, "a function answered too much")
        } else {
            Error::new(ErrorKind::Unavailable, "a function broke off")
        };
        error.hint(hint).caused_by(format!("{kind}: {message}"))
    }
}
