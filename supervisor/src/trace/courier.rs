//! Carries spans to the collector: with the HTTP client that everything else uses, in the background.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::http::{Request, Response};
use contract::Error;
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::runtime::Handle;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);
/// How long the collector may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Sends a batch at a time. The exporter has a thread of its own, which knows no runtime: the calls are made in ours.
#[derive(Debug)]
pub(super) struct Courier {
    client: Client,
    runtime: Handle,
    /// Whether the last batch was not taken: said once, not once a second.
    refused: AtomicBool,
}

impl Courier {
    /// A courier to this address. Follows no redirect and asks no proxy.
    ///
    /// # Errors
    /// `Invalid` when no client can be made.
    pub(super) fn new(endpoint: &str) -> contract::Result<Self> {
        // Of the whole process: an error means that it has one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder().redirect(Policy::none()).no_proxy().connect_timeout(CONNECT).timeout(ANSWER);
        // A plain address needs no certificate authorities.
        let builder = if endpoint.starts_with("http:") { builder.tls_certs_only([]) } else { builder };
        let unbuilt = |cause| Error::invalid("trace.endpoint", "no client can be made").caused_by(cause);
        let client = builder.build().map_err(unbuilt)?;
        Ok(Self { client, runtime: Handle::current(), refused: AtomicBool::new(false) })
    }

    fn note(&self, cause: Option<String>) {
        let refused = cause.is_some();
        if self.refused.swap(refused, Ordering::Relaxed) == refused {
            return;
        }
        match cause {
            Some(cause) => tracing::warn!(cause, "the collector does not take spans: they are lost until it does"),
            None => tracing::info!("the collector takes spans again"),
        }
    }
}

#[async_trait]
impl HttpClient for Courier {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (client, request) = (self.client.clone(), reqwest::Request::try_from(request)?);
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request).await.map_err(reqwest::Error::without_url)?;
            let status = answer.status();
            let bytes = answer.bytes().await.map_err(reqwest::Error::without_url)?;
            let mut response = Response::new(bytes);
            *response.status_mut() = status;
            Ok::<_, reqwest::Error>(response)
        });
        let sent = sent.await?;
        self.note(match &sent {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(answer.status().to_string()),
            Err(cause) => Some(cause.to_string()),
        });
        Ok(sent?)
    }
}
