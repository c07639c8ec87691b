//! Traces: one span for a request, its turn, each stage, each agent and each call of a model, told to an OpenTelemetry collector.
//!
//! Whether or not spans are exported, every request has the id of a trace, which its answer and the log carry.

pub(crate) mod closing;
pub(crate) mod context;
pub(crate) mod courier;
pub(crate) mod spans;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider, SpanProcessor,
};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use self::courier::Courier;
use crate::settings::TraceRules;

/// The target of all spans. Nothing else has it: events never become part of a trace.
pub(crate) const TARGET: &str = "spans";
/// So many finished spans wait for the collector. What comes on top is lost: a turn never waits for its spans.
const WAITING: usize = 8_192;
/// So many spans go to the collector at once.
const TOGETHER: usize = 512;
/// After this time what is there goes to the collector.
const PACE: Duration = Duration::from_secs(1);
/// So long the end of the process waits for the collector.
const LAST: Duration = Duration::from_secs(3);
/// So long the end of an event waits for it.
#[cfg(feature = "aws")]
const NEARBY: Duration = Duration::from_millis(250);

/// Where spans go: a collector, or nowhere.
#[derive(Debug, Clone, Default)]
pub struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Begins to export spans, if the settings name a collector. Must be called in a runtime.
    ///
    /// # Errors
    /// What keeps the collector from being called: its key cannot be read, or its address is none.
    pub(crate) fn open(rules: &TraceRules, deployment: &str) -> contract::Result<Self> {
        let Some(endpoint) = &rules.endpoint else { return Ok(Self::default()) };
        let key = rules.key.as_ref().map(|key| key.read("trace.key")).transpose()?;
        let headers = key.map(|key| (rules.header.clone(), key.reveal().to_owned()));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_http_client(Courier::new(endpoint)?)
            .with_headers(headers.into_iter().collect::<HashMap<_, _>>())
            .build()
            .map_err(|cause| contract::Error::invalid("trace.endpoint", "no exporter can be made").caused_by(cause))?;
        let pace = BatchConfigBuilder::default()
            .with_max_queue_size(WAITING)
            .with_max_export_batch_size(TOGETHER)
            .with_scheduled_delay(PACE);
        let background = BatchSpanProcessor::builder(exporter).with_batch_config(pace.build()).build();
        Ok(Self::through(background, rules.sample, deployment))
    }

    /// Gives finished spans to `processor`: this share of the traces that begin here, of others those that their callers sample.
    pub(crate) fn through(processor: impl SpanProcessor + 'static, sample: f64, deployment: &str) -> Self {
        let resource = Resource::builder_empty()
            .with_service_name("motorline")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attribute(KeyValue::new("deployment.environment.name", deployment.to_owned()))
            .build();
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(sample)));
        let provider = SdkTracerProvider::builder().with_sampler(sampler).with_resource(resource);
        Self(Some(provider.with_span_processor(processor).build()))
    }

    /// What makes spans of the log into spans of a trace; nothing where they go nowhere.
    pub fn layer<S>(&self) -> Option<impl Layer<S> + use<S>>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span>,
    {
        let tracer: SdkTracer = self.0.as_ref()?.tracer("motorline");
        // Neither places in the code nor levels nor threads: they say nothing to who reads a trace.
        let layer = OpenTelemetryLayer::new(tracer)
            .with_location(false)
            .with_target(false)
            .with_level(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_context_activation(true);
        Some(layer.with_filter(filter_fn(|metadata| metadata.target() == TARGET)))
    }

    /// Sends what is finished, to a collector nearby: who answers waits for it. Before a process is frozen, since what waits would
    /// be lost or late.
    #[cfg(feature = "aws")]
    pub(crate) async fn flush(&self) {
        self.asked(NEARBY, |provider| provider.force_flush().is_ok()).await;
    }

    /// Sends what is finished, and nothing after it.
    pub(crate) async fn close(self) {
        self.asked(LAST, |provider| provider.shutdown_with_timeout(LAST).is_ok()).await;
    }

    async fn asked(&self, patience: Duration, what: impl FnOnce(SdkTracerProvider) -> bool + Send + 'static) {
        let Some(provider) = self.0.clone() else { return };
        // It waits for a thread of its own, which waits for the network.
        let asked = tokio::task::spawn_blocking(move || what(provider));
        if !matches!(tokio::time::timeout(patience, asked).await, Ok(Ok(true))) {
            tracing::warn!("spans are lost: the collector does not take them");
        }
    }
}
