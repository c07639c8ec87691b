//! What closed turns have in common, week by week, for the people who work here.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use insights::Insights;
use insights::week::Week;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::analytics::learned;
use super::desk::Operator;
use super::error::Problem;
use super::rest::no_address;
use super::router::Doors;
use crate::report::Report;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(insights)).routes(routes!(report))
}

#[derive(Deserialize)]
struct Of {
    week: Option<String>,
}

/// What is found in a week: emerging topics, missing articles, moods, dangers by model. Words of customers are redacted.
#[utoipa::path(
    get, path = "/v1/insights", tag = "desk", security((), ("bearer" = [])),
    params(("week" = Option<String>, Query, pattern = "^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$", description = "A week of ISO 8601 such as 2026-W48 (UTC); left out: this one.")),
    responses(
        (status = 200, description = "What is found.", content((Insights = "application/json"), (Insights = "application/cbor"))),
        (status = 403, description = "The caller does not work here.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Nothing is learned here.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not a week.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn insights(
    State(doors): State<Doors>,
    Operator(_you): Operator,
    query: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Insights>, Problem> {
    let Query(Of { week }) = query.map_err(|rejection| {
        Problem::protocol(StatusCode::BAD_REQUEST, rejection.body_text(), "send ?week=2026-W48 once")
    })?;
    let week = match week {
        Some(text) => text.parse()?,
        None => Week::of(doors.product.clock.now()),
    };
    Ok(Json(Insights::read(learned(&doors)?, week).await?))
}

/// The report of a week, as a page or, for who accepts `text/markdown`, as Markdown.
#[utoipa::path(
    get, path = "/v1/reports/{week}", tag = "desk", security((), ("bearer" = [])),
    params(("week" = String, Path, pattern = "^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$", description = "A week of ISO 8601 such as 2026-W48 (UTC).")),
    responses(
        (status = 200, description = "The report.", content((String = "text/html"), (String = "text/markdown"))),
        (status = 403, description = "The caller does not work here.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Nothing is learned here.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not a week.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn report(
    State(doors): State<Doors>,
    Operator(_you): Operator,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Path(week) = path.map_err(|rejection| no_address(&rejection))?;
    let report = Report::read(learned(&doors)?, week.parse()?).await?;
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (kind, text) = if accepted.contains("text/markdown") {
        ("text/markdown; charset=utf-8", report.markdown())
    } else {
        ("text/html; charset=utf-8", report.html())
    };
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
