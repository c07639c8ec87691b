//! Who opens a socket, at home and on AWS alike: a page that may, as whom its ticket or its credential says, from some address.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use contract::Caller;
use serde::Deserialize;

use crate::doors::address::Address;
use crate::doors::auth::CalledBy;
use crate::doors::browsers::AllowedOrigin;
use crate::doors::error::Problem;
use crate::doors::router::Doors;
use crate::doors::tickets::redeemed;

/// Who opens a socket.
#[derive(Debug)]
pub(crate) struct Entrance {
    /// As whom they come in.
    pub(crate) caller: Caller,
    /// From where; none where no connection carried the request.
    pub(crate) address: Option<IpAddr>,
}

/// The part of an address that may hold a ticket.
#[derive(Deserialize)]
struct Words {
    ticket: Option<String>,
}

impl FromRequestParts<Doors> for Entrance {
    type Rejection = Problem;

    async fn from_request_parts(request: &mut Parts, doors: &Doors) -> Result<Self, Problem> {
        let Query(Words { ticket }) = Query::try_from_uri(&request.uri).map_err(|_| {
            // The reason stays unsaid: it may repeat the ticket.
            Problem::protocol(StatusCode::BAD_REQUEST, "the address cannot be read", "send ?ticket=… once")
        })?;
        Self::with(ticket.as_deref(), request, doors).await
    }
}

impl Entrance {
    /// Who opens a socket with this ticket, if there is one, and this request.
    ///
    /// # Errors
    /// 401 when the ticket or the credential is not good, 403 for the page of a stranger, 429, 503.
    pub(crate) async fn with(ticket: Option<&str>, request: &mut Parts, doors: &Doors) -> Result<Self, Problem> {
        AllowedOrigin::from_request_parts(request, doors).await?;
        let Ok(Address(address)) = Address::from_request_parts(request, doors).await;
        let Some(ticket) = ticket else {
            let CalledBy(caller) = CalledBy::from_request_parts(request, doors).await?;
            return Ok(Self { caller, address });
        };
        let caller = doors.turned_away(redeemed(doors, ticket).await)?;
        doors.turned_away(doors.limits.called(&caller))?;
        Ok(Self { caller, address })
    }
}
