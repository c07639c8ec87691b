//! The line that the log has of every turn: when it was where, what it cost, how to find it again. Nothing that the customer said.

use contract::{Stage, TurnRecord};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::context::trace_id;

/// Writes the line of a closed turn.
pub(crate) fn log(record: &TurnRecord) {
    let took = |stage| took_ms(record, stage);
    tracing::info!(
        turn = %record.turn.id,
        session = %record.turn.session,
        trace = trace_id(&Span::current().context()),
        channel = ?record.turn.channel,
        degraded = ?record.degraded,
        model = %record.reply.model,
        input_tokens = record.usage.input_tokens,
        output_tokens = record.usage.output_tokens,
        micro_usd = record.usage.micro_usd,
        analyze_ms = took(Stage::Analyze),
        route_ms = took(Stage::Route),
        act_ms = took(Stage::Act),
        respond_ms = took(Stage::Respond),
        first_token_ms = record.timing.first_token_ms,
        total_ms = record.timing.total_ms,
        "turn closed"
    );
}

/// Milliseconds from when the first agent of a stage was asked until the last one was done; 0 where none was asked.
fn took_ms(record: &TurnRecord, stage: Stage) -> f64 {
    let asked = || record.reports.iter().filter(|report| report.stage == stage && report.took_ms > 0.0);
    let first = asked().map(|report| report.started_ms).fold(f64::INFINITY, f64::min);
    let last = asked().map(|report| report.started_ms + report.took_ms).fold(0.0, f64::max);
    // To the microsecond, as all times of a record.
    if first < last { ((last - first) * 1_000.0).round() / 1_000.0 } else { 0.0 }
}
