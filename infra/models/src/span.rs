//! The span of one call of a model, in the words of OpenTelemetry's conventions for generative models. No prompt, no answer.

use contract::prompt::Prompt;
use contract::{Call, CallOutcome};
use opentelemetry::trace::{Status, TraceContextExt};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// A call that begins, below the span of the agent that asks.
pub(crate) fn begun(model: &str, prompt: &Prompt) -> Span {
    let span = tracing::debug_span!(target: "spans", "chat", otel.kind = "client", model);
    if !span.is_disabled() {
        span.context().span().update_name(format!("chat {model}"));
        span.set_attribute("gen_ai.operation.name", "chat");
        span.set_attribute("gen_ai.request.model", model.to_owned());
        span.set_attribute("gen_ai.request.temperature", f64::from(prompt.temperature));
        span.set_attribute("gen_ai.request.max_tokens", i64::from(prompt.max_output_tokens));
        span.set_attribute("motorline.prompt.version", prompt.version.clone());
    }
    span
}

/// Says what came of the call, and ends its span.
pub(crate) fn ended(span: &Span, call: &Call) {
    if span.is_disabled() {
        return;
    }
    let outcome = call.outcome.word();
    let tokens = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    span.set_attribute("gen_ai.usage.input_tokens", tokens(call.usage.input_tokens));
    span.set_attribute("gen_ai.usage.output_tokens", tokens(call.usage.output_tokens));
    span.set_attribute("motorline.cost.micro_usd", tokens(call.usage.micro_usd));
    span.set_attribute("gen_ai.response.finish_reasons", finish_reason(call.outcome));
    let context = span.context();
    let told = context.span();
    if let CallOutcome::Failed { .. } = call.outcome {
        span.set_attribute("error.type", outcome);
        told.set_status(Status::error(outcome));
    }
    told.end();
}

/// Why the model ended, as the conventions call it.
fn finish_reason(outcome: CallOutcome) -> &'static str {
    match outcome {
        CallOutcome::Complete => "stop",
        CallOutcome::Length => "length",
        CallOutcome::Filtered => "content_filter",
        CallOutcome::Failed { .. } => "error",
        CallOutcome::Left => "left",
    }
}

/// How the trace of the current span goes on elsewhere, as W3C Trace Context writes it; nothing when there is no trace.
pub(crate) fn traceparent() -> Option<String> {
    let context = Span::current().context();
    let span = context.span();
    let span = span.span_context();
    let flags = span.trace_flags().to_u8();
    span.is_valid().then(|| format!("00-{}-{}-{flags:02x}", span.trace_id(), span.span_id()))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use contract::testing::{ManualClock, errand};
    use contract::{ErrorKind, Usage};
    use futures::StreamExt;
    use opentelemetry::trace::{SpanId, TracerProvider};
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::AuditedModel;
    use crate::prices::Price;
    use crate::testing::{Scripted, Step, prompt};
    use contract::ports::LanguageModel;

    /// Keeps what it is given.
    #[derive(Debug, Clone, Default)]
    struct Kept(Arc<Mutex<Vec<SpanData>>>);

    impl SpanExporter for Kept {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            self.0.lock().unwrap().extend(batch);
            Ok(())
        }
    }

    async fn traced(steps: Vec<Step>) -> SpanData {
        let kept = Kept::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(kept.clone()).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tests"));
        // While there is only one listener, tracing remembers for all threads what the first thread at an event listens to.
        let _another = tracing::Dispatch::new(tracing_subscriber::registry());
        let _listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        let inner = Arc::new(Scripted::new("m", vec![steps]));
        let model = AuditedModel::new(inner, Price::FREE, Arc::new(ManualClock::default()));
        if let Ok(deltas) = model.generate(&prompt(), &errand()).await {
            let _: Vec<_> = deltas.collect().await;
        }
        let mut all = kept.0.lock().unwrap();
        all.remove(0)
    }

    fn said(span: &SpanData, name: &str) -> String {
        let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == name);
        found.map(|attribute| attribute.value.to_string()).unwrap_or_default()
    }

    #[tokio::test]
    async fn a_call_is_a_span_without_a_word_of_it() {
        let usage = Usage { input_tokens: 500, output_tokens: 160, micro_usd: 40, ..Usage::default() };
        let span = traced(vec![Step::Text("Hello."), Step::End(usage)]).await;
        assert_eq!((&*span.name, &span.status), ("chat m", &Status::Unset));
        assert_eq!(
            (said(&span, "gen_ai.request.model"), said(&span, "gen_ai.usage.input_tokens")),
            ("m".into(), "500".into())
        );
        assert_eq!(said(&span, "gen_ai.response.finish_reasons"), "stop");
        let all = format!("{span:?}");
        assert!(!all.contains("Hello") && !all.contains(&prompt().question), "{all}");
    }

    #[tokio::test]
    async fn a_call_that_failed_is_a_span_that_failed() {
        let span = traced(vec![Step::Refuse(ErrorKind::Busy)]).await;
        assert_eq!((span.status.clone(), said(&span, "error.type")), (Status::error("throttled"), "throttled".into()));
    }

    #[test]
    fn a_trace_goes_on_below_the_current_span() {
        assert_eq!(traceparent(), None);
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tests"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let span = begun("m", &prompt());
            let id = span.context().span().span_context().span_id();
            let parent = span.in_scope(traceparent).unwrap();
            assert_eq!((parent.len(), parent.split('-').nth(2)), (55, Some(&*id.to_string())));
            assert_ne!(id, SpanId::INVALID);
        });
    }
}
