//! What was counted of closed turns, for the people who work here.

use std::collections::HashMap;
use std::ops::Range;

use analytics::about::Dimension;
use analytics::{Figures, Summary};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use contract::{Error, ErrorKind};
use jiff::{SignedDuration, Timestamp};
use learning::{Count, Hour, Learned};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::desk::Operator;
use super::error::Problem;
use super::router::Doors;

/// What is shown when nobody says since when: a week.
const USUAL: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Longest time between `from` and `until`.
const LONGEST: SignedDuration = SignedDuration::from_hours(400 * 24);
/// So many hours are read at once, a week: a year holds millions of counts, and its sums a few thousand.
const AT_ONCE: i64 = 7 * 24;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(analytics))
}

#[derive(Deserialize)]
struct Window {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    by: Option<String>,
}

/// What was counted in a window.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AnalyticsBody {
    /// The beginning of the first hour.
    from: Timestamp,
    /// The end of the last hour.
    until: Timestamp,
    /// Of everything.
    all: Figures,
    /// By what the groups are told apart, if that was asked for.
    by: Option<String>,
    /// One for each value, those with most turns first.
    groups: Vec<GroupBody>,
}

/// What was counted about one value of a dimension.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct GroupBody {
    /// The value, such as `web`.
    value: String,
    /// Its figures.
    figures: Figures,
}

/// Figures of closed turns and conversations: volume, latency, cost, containment, repeat contact, first-contact resolution,
/// feedback. They are counted by the hour, so a window is made of whole hours. They name no customer.
#[utoipa::path(
    get, path = "/v1/analytics", tag = "desk", security((), ("bearer" = [])),
    params(
        ("from" = Option<Timestamp>, Query, description = "Since when; left out: a week before `until`."),
        ("until" = Option<Timestamp>, Query, description = "Until when, at most 400 days later; left out: now."),
        ("by" = Option<String>, Query, pattern = "^(channel|intent|arm|agent|model)$", description = "One of channel, intent, arm, agent, model."),
    ),
    responses(
        (status = 200, description = "The figures.", content((AnalyticsBody = "application/json"), (AnalyticsBody = "application/cbor"))),
        (status = 403, description = "The caller does not work here.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Nothing is learned here.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The window is not valid.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn analytics(
    State(doors): State<Doors>,
    Operator(_you): Operator,
    query: Result<Query<Window>, QueryRejection>,
) -> Result<Json<AnalyticsBody>, Problem> {
    let Query(window) = query.map_err(|rejection| {
        Problem::protocol(
            StatusCode::BAD_REQUEST,
            rejection.body_text(),
            "send ?from= and ?until= as 2026-11-28T00:00:00Z",
        )
    })?;
    let until = window.until.unwrap_or_else(|| doors.product.clock.now());
    let from = window.from.unwrap_or_else(|| until.checked_sub(USUAL).unwrap_or(Timestamp::MIN));
    let length = until.duration_since(from);
    if length.is_negative() || length > LONGEST {
        let error = Error::invalid("until", "not a window");
        return Err(error.hint("until lies behind from, at most 400 days").into());
    }
    let by = window.by.map(|name| {
        let error = || Error::invalid("by", "not a dimension").hint("channel, intent, arm, agent or model");
        Dimension::named(&name).ok_or_else(error)
    });
    let by = by.transpose()?;
    let last = Hour::of(until.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(until));
    let hours = Hour::of(from)..Hour(last.0 + 1);
    let summary = Summary::of(&summed(learned(&doors)?, &hours).await?);
    let of = |(value, figures): (&str, &Figures)| GroupBody { value: value.to_owned(), figures: figures.clone() };
    let mut groups: Vec<GroupBody> = by.iter().flat_map(|by| summary.by(*by).map(of)).collect();
    groups.sort_by_key(|group| std::cmp::Reverse((group.figures.turns, group.figures.micro_usd)));
    let by = by.map(|by| by.name().to_owned());
    Ok(Json(AnalyticsBody { from: hours.start.begins()?, until: hours.end.begins()?, all: summary.all, by, groups }))
}

/// The counts of these hours, those of the same thing summed up, as of the first hour.
async fn summed(learned: &dyn Learned, hours: &Range<Hour>) -> contract::Result<Vec<(Count, i64)>> {
    let mut sums: HashMap<Count, i64> = HashMap::new();
    let mut next = hours.start;
    while next < hours.end {
        let end = hours.end.min(Hour(next.0.saturating_add(AT_ONCE)));
        for (count, number) in learned.counts(next..end).await? {
            *sums.entry(Count { hour: hours.start, ..count }).or_default() += number;
        }
        next = end;
    }
    Ok(sums.into_iter().collect())
}

/// Where it is kept what was learned.
///
/// # Errors
/// `NotFound` when nothing is.
pub(super) fn learned(doors: &Doors) -> contract::Result<&dyn Learned> {
    doors
        .product
        .oversight
        .learned
        .as_deref()
        .ok_or_else(|| Error::new(ErrorKind::NotFound, "nothing is learned here").hint("set `learned` to a store"))
}
