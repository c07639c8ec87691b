//! Tickets: a browser can send no credential with a WebSocket, so it trades its credential for a word that opens one socket.
//!
//! A ticket is 256 random bits, holds for a minute and opens one socket. Only its hash is kept; it is in no log.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use contract::ports::{Entropy, TicketHash};
use contract::{Caller, Error, ErrorKind};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::CalledBy;
use super::error::Problem;
use super::router::Doors;

/// How long a ticket holds: a browser opens its socket at once.
const HOLDS: Duration = Duration::from_secs(60);

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(give))
}

/// A ticket for one socket.
#[derive(Serialize, utoipa::ToSchema)]
struct TicketBody {
    /// To be sent once, as `GET /v1/socket?ticket=…`.
    #[schema(example = "5f0c8cf1b4b64f0f9d3c2b1a09e8d7c65f0c8cf1b4b64f0f9d3c2b1a09e8d7c6")]
    ticket: String,
    /// Seconds that it holds.
    #[schema(example = 60)]
    expires_in_s: u64,
}

/// Gives a ticket that opens one WebSocket as the caller, within a minute.
///
/// For browsers, which can send no `Authorization` with a WebSocket. A visitor opens one without a ticket.
#[utoipa::path(
    post, path = "/v1/tickets", tag = "turns", security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 201, description = "A ticket.", body = TicketBody),
        (status = 401, description = "The credential is missing or not valid.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tickets of this caller are unused, or too many requests come.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn give(
    State(doors): State<Doors>,
    CalledBy(caller): CalledBy,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1], Json<TicketBody>), Problem> {
    if caller == Caller::Anonymous {
        let hint = "a visitor opens the socket without a ticket; anybody else sends a credential to get one";
        return Err(Problem::protocol(StatusCode::UNAUTHORIZED, "a ticket stands for a credential", hint));
    }
    let ticket = random(&*doors.product.entropy)?;
    let expires = doors.product.clock.now().checked_add(HOLDS).unwrap_or(Timestamp::MAX);
    doors.product.tickets.keep(&hash(&ticket), &caller, expires).await?;
    let body = TicketBody { ticket, expires_in_s: HOLDS.as_secs() };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(body)))
}

/// As whom a ticket lets in.
///
/// # Errors
/// 401 when the ticket is not good, 503 when the store is lost.
pub(super) async fn redeemed(doors: &Doors, ticket: &str) -> Result<Caller, Problem> {
    let caller = doors.product.tickets.redeem(&hash(ticket)).await?;
    caller.ok_or_else(|| {
        let hint = "get another with POST /v1/tickets: each opens one socket, within 60 seconds";
        Problem::protocol(StatusCode::UNAUTHORIZED, "the ticket is unknown, used or expired", hint)
    })
}

/// 256 random bits in hexadecimal.
fn random(entropy: &dyn Entropy) -> Result<String, Error> {
    let halves = [entropy.random(), entropy.random()];
    // Chance that fails gives zero. An id may be guessed, a ticket must not be.
    if halves.contains(&0) {
        return Err(Error::new(ErrorKind::Internal, "this machine gives no random numbers"));
    }
    Ok(halves.map(|half| format!("{half:032x}")).concat())
}

fn hash(ticket: &str) -> TicketHash {
    TicketHash(Sha256::digest(ticket).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chance that is as told.
    struct Told(u128);

    impl Entropy for Told {
        fn random(&self) -> u128 {
            self.0
        }
    }

    #[test]
    fn a_ticket_is_never_made_without_chance() {
        assert_eq!(random(&Told(7)).unwrap().len(), 64);
        assert_ne!(random(&local::SystemEntropy).unwrap(), random(&local::SystemEntropy).unwrap());
        assert_eq!(random(&Told(0)).unwrap_err().kind, ErrorKind::Internal);
    }

    #[test]
    fn what_is_kept_is_not_the_ticket() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-4, "abc"
        assert_eq!(hash("abc").0, expected);
    }
}
