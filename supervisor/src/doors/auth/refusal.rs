//! Why a credential is refused, as far as its sender may know: never which check of a token failed.

use std::time::Duration;

use axum::http::StatusCode;
use contract::{Error, ErrorKind};

use crate::doors::error::Problem;

/// Why a credential is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Two credentials, or one twice: it would be a guess whose request it is.
    Ambiguous,
    /// No bearer token, where only such are taken.
    Scheme,
    /// A token that is not good; what to do about it.
    Token(&'static str),
    /// A token whose time is over.
    Expired,
    /// A key of no partner.
    Key,
    /// A good token that makes nobody who may speak here; what it should have said.
    Nobody(String),
    /// Nobody can tell: the issuer was never reached, or too long ago. Come back after this time.
    Undecided(Duration),
}

impl From<Refusal> for Problem {
    /// As RFC 6750 answers it.
    fn from(refusal: Refusal) -> Self {
        let unauthorized = |detail: &str, hint: &str| Self::protocol(StatusCode::UNAUTHORIZED, detail, hint);
        match refusal {
            Refusal::Ambiguous => {
                let hint = "send either one Authorization header or one X-Api-Key header";
                Self::protocol(StatusCode::BAD_REQUEST, "there is more than one credential", hint)
                    .challenge(r#"Bearer error="invalid_request""#)
            }
            Refusal::Scheme => unauthorized("the credential is not valid", "send Authorization: Bearer and a token")
                .challenge("Bearer"),
            Refusal::Token(hint) => unauthorized("the credential is not valid", hint),
            Refusal::Expired => unauthorized("the token has expired", "sign in again, or refresh the token")
                .challenge(r#"Bearer error="invalid_token", error_description="the token has expired""#),
            Refusal::Key => unauthorized("the key is no partner's", "check the X-Api-Key header, or leave it out")
                .challenge("ApiKey"),
            Refusal::Nobody(hint) => {
                Self::protocol(StatusCode::FORBIDDEN, "the token is for nobody who may speak here", hint)
                    .challenge(r#"Bearer error="insufficient_scope""#)
            }
            Refusal::Undecided(wait) => {
                let lost = Error::new(ErrorKind::Unavailable, "the token cannot be checked now");
                lost.hint("the issuer of tokens does not answer; send the same request again").retry_after(wait).into()
            }
        }
    }
}
