//! The operators' boards: what was measured, as charts and as numbers, which alarms are on, and what to do about them.
//!
//! They are the files that CloudWatch takes, evaluated over what this process measured. Where measures go elsewhere, the
//! boards are there, and these doors say so.

mod bodies;
mod span;

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use boards::draw::Size;
use boards::{Board, Boards, Widget, draw, runbook};
use contract::{Error, ErrorKind};
use metering::History;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::desk::Operator;
use super::error::Problem;
use super::rest::no_address;
use super::router::Doors;
use bodies::{AlarmBody, AlarmsBody, BoardBody, BoardsBody, ChartBody, RunbookBody};
use span::{Span, no_query};

/// How a door to something that has a name refuses.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "it describes the answers, and is none")]
enum NotShown {
    /// The span is not valid.
    #[response(status = 422, content_type = "application/problem+json")]
    NoSpan(Problem),
    /// The caller does not work here.
    #[response(status = 403, content_type = "application/problem+json")]
    NoOperator(Problem),
    /// There is no such thing, or the measures of this deployment go elsewhere.
    #[response(status = 404, content_type = "application/problem+json")]
    Unknown(Problem),
}

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(picture))
        .routes(routes!(alarms))
        .routes(routes!(read_runbook))
}

/// The boards that there are.
#[utoipa::path(
    get, path = "/v1/boards", tag = "boards", security((), ("bearer" = [])),
    responses(
        (status = 200, description = "The boards.", body = BoardsBody),
        (status = 403, description = "The caller does not work here.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn list(State(doors): State<Doors>, Operator(_you): Operator) -> Json<BoardsBody> {
    Json(BoardsBody::of(&doors.boards, doors.product.oversight.history.is_some()))
}

/// One board with the values of its charts.
#[utoipa::path(
    get, path = "/v1/boards/{board}", tag = "boards", security((), ("bearer" = [])),
    params(("board" = String, Path), Span),
    responses((status = 200, description = "The charts with their values.", body = BoardBody), NotShown)
)]
async fn one(
    State(doors): State<Doors>,
    Operator(_you): Operator,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<Span>, QueryRejection>,
) -> Result<Json<BoardBody>, Problem> {
    let Path(name) = path.map_err(|rejection| no_address(&rejection))?;
    let look = query.map_err(|rejection| no_query(&rejection))?.0.look(doors.product.clock.now())?;
    let history = history(&doors)?;
    let boards = doors.boards.clone();
    let body = aside(move || {
        let board = board(&boards, &name)?;
        let chart = |widget: &Widget| {
            widget.chart(&*history, look.span, look.period).map(|chart| ChartBody::of(&name, widget, chart))
        };
        let charts = board.widgets.iter().map(chart).collect::<contract::Result<_>>()?;
        Ok(BoardBody::of(board, look, charts))
    });
    Ok(Json(body.await?))
}

/// A chart as a picture: SVG whose ink is `currentColor`, so that it can be read in light and in dark.
#[utoipa::path(
    get, path = "/v1/boards/{board}/{chart}", tag = "boards", security((), ("bearer" = [])),
    params(("board" = String, Path), ("chart" = String, Path, description = "Its name, with `.svg`."), Span),
    responses((status = 200, description = "The picture.", body = String, content_type = "image/svg+xml"), NotShown)
)]
async fn picture(
    State(doors): State<Doors>,
    Operator(_you): Operator,
    path: Result<Path<(String, String)>, PathRejection>,
    query: Result<Query<Span>, QueryRejection>,
) -> Result<Response, Problem> {
    let Path((name, picture)) = path.map_err(|rejection| no_address(&rejection))?;
    let Query(span) = query.map_err(|rejection| no_query(&rejection))?;
    let look = span.look(doors.product.clock.now())?;
    let history = history(&doors)?;
    let boards = doors.boards.clone();
    let svg = aside(move || {
        let widget = picture.strip_suffix(".svg").and_then(|chart| board(&boards, &name).ok()?.widget(chart));
        let widget = widget.ok_or_else(|| unknown("chart", "GET /v1/boards/{board} lists its charts"))?;
        let size = span.size().unwrap_or(Size { width: widget.width * 60, height: widget.height * 44 });
        draw::svg(&widget.chart(&*history, look.span, look.period)?, size)
    });
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))];
    Ok((kind, svg.await?).into_response())
}

/// All alarms, those that are on first. What only AWS measures cannot be said here.
#[utoipa::path(
    get, path = "/v1/alarms", tag = "boards", security((), ("bearer" = [])),
    responses((status = 200, description = "The alarms.", body = AlarmsBody), NotShown)
)]
async fn alarms(State(doors): State<Doors>, Operator(_you): Operator) -> Result<Json<AlarmsBody>, Problem> {
    let (history, now) = (history(&doors)?, doors.product.clock.now());
    let boards = doors.boards.clone();
    let alarms = aside(move || boards.alarms.standing(&*history, now)).await?;
    Ok(Json(AlarmsBody { at: now, alarms: alarms.into_iter().map(AlarmBody::from).collect() }))
}

/// What to do about an alarm.
#[utoipa::path(
    get, path = "/v1/runbooks/{runbook}", tag = "boards", security((), ("bearer" = [])),
    params(("runbook" = String, Path)),
    responses((status = 200, description = "The runbook.", body = RunbookBody), NotShown)
)]
async fn read_runbook(
    State(doors): State<Doors>,
    Operator(_you): Operator,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<RunbookBody>, Problem> {
    let Path(name) = path.map_err(|rejection| no_address(&rejection))?;
    let text = doors.boards.runbook(&name);
    let markdown = text.ok_or_else(|| unknown("runbook", "GET /v1/alarms names the runbook of each alarm"))?;
    Ok(Json(RunbookBody {
        name,
        title: runbook::title(markdown),
        html: runbook::html(markdown),
        markdown: markdown.into(),
    }))
}

fn board<'a>(boards: &'a Boards, name: &str) -> contract::Result<&'a Board> {
    boards.board(name).ok_or_else(|| unknown("board", "GET /v1/boards lists the boards"))
}

fn unknown(what: &str, hint: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no such {what}")).hint(hint)
}

/// What was measured here.
fn history(doors: &Doors) -> contract::Result<Arc<dyn History>> {
    doors.product.oversight.history.clone().ok_or_else(|| {
        let error = Error::new(ErrorKind::NotFound, "the measures of this deployment are not kept here");
        error.hint("its boards and alarms are in CloudWatch; metrics = \"memory://\" keeps measures in this process")
    })
}

/// Reckons where it keeps no request waiting.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> contract::Result<T> + Send + 'static) -> contract::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|cause| Error::new(ErrorKind::Internal, "the boards could not be made").caused_by(cause))?
}
