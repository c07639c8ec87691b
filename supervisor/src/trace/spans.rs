//! The spans there are, and what they say: names and attributes as OpenTelemetry's conventions have them, where they do.
//!
//! A field of a span is seen in the log too; what only a trace needs is an attribute, which costs nothing where no trace is
//! made. No span says anything of a customer: turns, sessions and traces have ids, callers have none here.
//!
//! The spans of a request and of its turn are on from the level `info`, so that every line of the log carries their ids; those
//! inside a turn are for traces, and for the log at `debug`.

use contract::ports::Entropy;
use contract::{AgentReport, Card, Error, Outcome, Stage, Turn};
use opentelemetry::Context;
use opentelemetry::trace::{Status, TraceContextExt};
use tracing::instrument::Instrument;
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::context::{of_traceparent, trace_id};

/// A span at which something reached this process, and the id of its trace.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The span.
    pub(crate) span: Span,
    /// The trace: that of the caller, of what is exported, or one that only the log knows.
    pub(crate) trace: String,
}

impl Entry {
    /// A request at a door, below the span that it continues.
    pub(crate) fn request(method: &str, route: &str, parent: Option<Context>, entropy: &dyn Entropy) -> Self {
        let span = tracing::info_span!(
            target: "spans",
            "request",
            otel.kind = "server",
            trace = field::Empty
        );
        let entry = Self::at(span, parent, entropy);
        entry.span.context().span().update_name(format!("{method} {route}"));
        entry.span.set_attribute("http.request.method", method.to_owned());
        entry.span.set_attribute("http.route", route.to_owned());
        entry
    }

    /// A message on an open socket.
    pub(crate) fn message(parent: Option<Context>, entropy: &dyn Entropy) -> Self {
        let span = tracing::info_span!(target: "spans", "message", otel.kind = "server", trace = field::Empty);
        span.set_attribute("network.protocol.name", "websocket");
        Self::at(span, parent, entropy)
    }

    fn at(span: Span, parent: Option<Context>, entropy: &dyn Entropy) -> Self {
        let theirs = parent.as_ref().and_then(trace_id);
        if let Some(parent) = parent {
            let _ = span.set_parent(parent);
        }
        let trace = trace_id(&span.context()).or(theirs).unwrap_or_else(|| format!("{:032x}", entropy.random()));
        span.record("trace", &trace);
        Self { span, trace }
    }
}

/// A turn, from open to close.
pub(crate) fn turn(turn: &Turn) -> Span {
    let (id, session) = (&turn.id, &turn.session);
    let span = tracing::info_span!(target: "spans", "turn", %session, turn = %id);
    span.set_attribute("motorline.channel", format!("{:?}", turn.channel).to_lowercase());
    span
}

/// An agent that is asked here about a turn that is taken elsewhere, below the span there.
pub(crate) fn errand(turn: &Turn, parent: Option<&str>) -> Span {
    let (id, session) = (&turn.id, &turn.session);
    let span = tracing::info_span!(
        target: "spans", "errand", otel.kind = "server", trace = field::Empty, %session, turn = %id
    );
    if let Some(parent) = parent.and_then(of_traceparent) {
        span.record("trace", trace_id(&parent));
        // It fails where no trace is made: then there is nothing to continue.
        let _ = span.set_parent(parent);
    }
    span
}

/// A stage of a turn.
pub(crate) fn stage(stage: Stage) -> Span {
    match stage {
        Stage::Analyze => tracing::debug_span!(target: "spans", "analyze"),
        Stage::Route => tracing::debug_span!(target: "spans", "route"),
        Stage::Act => tracing::debug_span!(target: "spans", "act"),
        Stage::Respond => tracing::debug_span!(target: "spans", "respond"),
        Stage::Learn => tracing::debug_span!(target: "spans", "learn"),
    }
}

/// The store of conversations, while a turn is opened or closed.
pub(crate) fn store(doing: &'static str) -> Span {
    tracing::debug_span!(target: "spans", "conversations", otel.name = doing)
}

/// An agent that is asked.
pub(crate) fn agent(card: &Card) -> Span {
    let span = tracing::debug_span!(target: "spans", "agent", otel.name = card.name, outcome = field::Empty);
    span.set_attribute("gen_ai.operation.name", "invoke_agent");
    span.set_attribute("gen_ai.agent.name", card.name);
    span
}

/// Says what came of an agent, and ends its span: its task may not have noticed yet that nobody waits for it.
pub(crate) fn concluded(span: &Span, report: &AgentReport) {
    let word = report.outcome.word();
    span.record("outcome", word);
    if let Outcome::Failed { kind, .. } = &report.outcome {
        span.set_attribute("error.type", format!("{kind:?}"));
    }
    let failed = matches!(report.outcome, Outcome::Failed { .. } | Outcome::Late);
    end(span, failed.then_some(word));
}

/// Ends the span of a turn, and says why it was not taken.
pub(crate) fn taken(span: &Span, error: Option<&Error>) {
    if let Some(error) = error {
        span.set_attribute("error.type", format!("{:?}", error.kind));
    }
    end(span, error.map(|_| "not taken"));
}

/// Ends a span now, whatever below it goes on; with a word of ours when it went wrong.
pub(crate) fn end(span: &Span, wrong: Option<&'static str>) {
    let context = span.context();
    let told = context.span();
    if let Some(word) = wrong {
        told.set_status(Status::error(word));
    }
    told.end();
}

/// Does `work` within a span, and ends it.
pub(crate) async fn within<T>(span: Span, work: impl Future<Output = T>) -> T {
    let done = work.instrument(span.clone()).await;
    end(&span, None);
    done
}
