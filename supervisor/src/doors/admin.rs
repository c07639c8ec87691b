//! Who runs the product. Anybody else hears the same refusal, whatever they ask for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use contract::{Caller, Error, ErrorKind};

use super::auth::CalledBy;
use super::error::Problem;
use super::router::Doors;

/// An admin who calls.
#[derive(Debug)]
pub(super) struct Admin(pub(super) Caller);

impl FromRequestParts<Doors> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Problem> {
        let CalledBy(caller) = CalledBy::from_request_parts(parts, doors).await?;
        match caller {
            Caller::Admin(_) => Ok(Self(caller)),
            _nobody_who_runs_it => {
                let refused = Error::new(ErrorKind::Refused, "this is for those who run the product");
                doors.turned_away(Err(refused.hint("send the token of an admin").into()))
            }
        }
    }
}
