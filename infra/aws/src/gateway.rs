//! Posts to the sockets that an API Gateway holds, by its @connections API.

use std::error::Error as StdError;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::Builder;
use aws_sdk_apigatewaymanagement::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_apigatewaymanagement::primitives::Blob;
use aws_smithy_runtime_api::http::Response;
use contract::{Error, ErrorKind, Result};

/// One attempt of a post: the gateway is in the same region, and a customer waits.
const ATTEMPT: Duration = Duration::from_secs(2);
/// A post with all its attempts.
const OPERATION: Duration = Duration::from_secs(6);
/// How often a post is tried. The gateway throttles by the second, and says so by 429.
const ATTEMPTS: u32 = 4;
/// The first wait between attempts, and the longest; both are cut at random.
const WAITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// The status for a connection that is no more.
const GONE: u16 = 410;

/// The sockets of API Gateways. Cheap to clone.
#[derive(Clone)]
pub struct GatewaySockets {
    builder: Builder,
}

/// One socket. Whoever posts waits for each post before the next: only so they arrive in order.
#[derive(Clone)]
pub struct GatewaySocket {
    client: Client,
    connection: String,
}

/// What became of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// The gateway has it and sends it on.
    Sent,
    /// The client has left; it will never get anything by this connection again.
    Gone,
}

impl GatewaySockets {
    /// Sockets that are reached with this configuration.
    pub fn new(config: &SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(OPERATION).build();
        let (first, longest) = WAITS;
        let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
        let retries = retries.with_initial_backoff(first).with_max_backoff(longest);
        Self { builder: Builder::from(config).timeout_config(timeouts).retry_config(retries) }
    }

    /// The socket of `connection` at `endpoint`: the address of the API with its stage, `https://…/prod`.
    pub fn socket(&self, endpoint: &str, connection: &str) -> GatewaySocket {
        let client = Client::from_conf(self.builder.clone().endpoint_url(endpoint).build());
        GatewaySocket { client, connection: connection.to_owned() }
    }
}

impl GatewaySocket {
    /// Sends `text` as one message, 32 KB at most. It may arrive twice when an answer of the gateway was lost.
    ///
    /// # Errors
    /// `Busy` when it was throttled too often, `Refused`, `TimedOut`, `Unavailable`; `Invalid` when there never was such a
    /// connection, `Internal` when the text is too large.
    pub async fn post(&self, text: String) -> Result<Posted> {
        let post = self.client.post_to_connection().connection_id(&self.connection).data(Blob::new(text));
        judge(post.send().await.map(drop))
    }

    /// Closes the socket. The gateway chooses the code.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn close(&self) -> Result<Posted> {
        judge(self.client.delete_connection().connection_id(&self.connection).send().await.map(drop))
    }
}

fn judge<E>(outcome: std::result::Result<(), SdkError<E, Response>>) -> Result<Posted>
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let Err(cause) = outcome else { return Ok(Posted::Sent) };
    // By the status: the gateway leaves the body of a 410 empty, so that there may be no code.
    if cause.raw_response().is_some_and(|answer| answer.status().as_u16() == GONE) {
        return Ok(Posted::Gone);
    }
    let error = match cause.code() {
        Some("ForbiddenException") => Error::new(ErrorKind::Refused, "the gateway refuses access to its connections")
            .hint("allow execute-api:ManageConnections on this stage"),
        Some("LimitExceededException") => {
            Error::new(ErrorKind::Busy, "the gateway is asked for too much at once").retry_after(WAITS.1)
        }
        Some("BadRequestException") => Error::invalid("connection", "the gateway knows no such connection"),
        Some("PayloadTooLargeException") => Error::new(ErrorKind::Internal, "a message is too large for the gateway"),
        _ if matches!(cause, SdkError::TimeoutError(_)) => {
            Error::new(ErrorKind::TimedOut, "the gateway does not answer in time")
        }
        _ => Error::new(ErrorKind::Unavailable, "the gateway cannot be reached"),
    };
    Err(error.caused_by(cause))
}
