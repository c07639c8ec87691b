//! The WebSocket door: many turns over one connection, each told as it goes.

mod connection;
pub(crate) mod entrance;
pub(crate) mod frames;
pub(crate) mod incoming;
mod watching;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::LARGEST_BODY;
use super::error::Problem;
use super::router::Doors;
use super::traced::Continues;
use entrance::Entrance;

/// Bytes that are read at once of a socket, and held for it while nothing is said: a turn is shorter.
const READ_AHEAD: usize = 4 * 1024;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(socket))
}

/// Opens a socket for turns.
///
/// The client sends `{"type":"turn","key":"…","last_seq":0,…}` with the fields of a turn, or `{"type":"ping"}`; it hears
/// the messages of its turns, each with the key and its number, or `{"type":"pong"}`. After a lost connection it sends
/// the same turn again with the number that it saw last.
///
/// After `{"type":"watch","session_id":"…","after":0}` a customer hears what people say in their conversation, as
/// `{"type":"word","session_id":"…","data":…}` and `{"type":"case",…}`. After `{"type":"watch_desk"}` an operator hears
/// `{"type":"desk","data":…}`, the body of `GET /v1/handoffs`, at once and after every change.
#[utoipa::path(
    get, path = "/v1/socket", tag = "turns", security((), ("bearer" = []), ("api_key" = [])),
    params(("ticket" = Option<String>, Query, description = "A ticket, for who can send no credential. It opens one socket.")),
    responses(
        (status = 101, description = "The socket is open."),
        (status = 401, description = "The credential or the ticket is not valid.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "A page of another origin asks for it.", body = Problem, content_type = "application/problem+json"),
        (status = 426, description = "The request asks for no WebSocket.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn socket(
    State(doors): State<Doors>,
    Entrance { caller, address }: Entrance,
    Continues(parent): Continues,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|rejection| {
        let hint = "open it as a WebSocket (RFC 6455): wss://…/v1/socket";
        Problem::protocol(StatusCode::UPGRADE_REQUIRED, rejection.body_text(), hint)
    })?;
    let bounded = upgrade
        .max_message_size(LARGEST_BODY)
        .max_frame_size(LARGEST_BODY)
        .read_buffer_size(READ_AHEAD)
        // Each message leaves at once, and what a slow reader has not taken yet stays small.
        .write_buffer_size(0)
        .max_write_buffer_size(2 * frames::LARGEST_FRAME);
    Ok(bounded.on_upgrade(move |socket| connection::hold(socket, doors, (caller, address), parent)))
}
