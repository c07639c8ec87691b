//! Who is calling: reads the credential of a request and says whose turn it is. Nothing else ever makes a caller.

mod claims;
mod issuer;
mod keys;
mod partners;
mod refusal;
mod token;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
use contract::ports::Clock;
use contract::{Caller, Result as PortResult};

pub use claims::Claims;
pub(crate) use partners::fresh as fresh_partner_key;

use super::demo::DemoIdentity;
use super::error::Problem;
use super::router::Doors;
use crate::settings::{ClaimNames, Identity, Settings};
use partners::Partners;
use refusal::Refusal;
use token::Tokens;

/// The header of a partner's key.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// How callers are told apart: whose bearer tokens are good, and which partners call with a key.
#[derive(Clone)]
pub struct Authentication {
    bearers: Bearers,
    partners: Option<Arc<Partners>>,
}

/// Whose bearer tokens are good.
#[derive(Clone)]
enum Bearers {
    /// Those of the demonstration: well-known, and never beyond this machine.
    Demonstration(Arc<[DemoIdentity]>),
    /// Nobody's; a token is refused rather than ignored.
    Nobody,
    /// Those of an OpenID Connect issuer.
    Issued(Arc<Tokens>),
    /// The gateway in front verifies tokens; the bootstrap hands over what they say as [`Verified`].
    Gateway(ClaimNames),
}

/// What the token says that the gateway in front has verified. Put into a request by a bootstrap, never by a client.
#[derive(Clone)]
pub struct Verified(pub Claims);

/// Who calls. Taking it is the only way in which a handler learns of a caller.
#[derive(Debug)]
pub(super) struct CalledBy(pub(super) Caller);

impl FromRequestParts<Doors> for CalledBy {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Problem> {
        let caller = doors.turned_away(doors.authentication.caller(parts).await)?;
        doors.turned_away(doors.limits.called(&caller))?;
        Ok(Self(caller))
    }
}

impl Authentication {
    /// What the settings say. With an issuer, its keys are fetched from now on, and this must be called in a runtime.
    ///
    /// # Errors
    /// `Invalid` when the file of partners is; `Unavailable` when this machine can make no secure connection to the issuer.
    pub fn open(settings: &Settings, clock: Arc<dyn Clock>) -> PortResult<Self> {
        let bearers = match settings.identity {
            Identity::Demo => Bearers::Demonstration(DemoIdentity::all()?.into()),
            Identity::Anonymous => Bearers::Nobody,
            Identity::Oidc => Bearers::Issued(Arc::new(Tokens::of(&settings.oidc, clock)?)),
            Identity::Gateway => Bearers::Gateway(settings.oidc.claims.clone()),
        };
        let partners = settings.partners.as_deref().map(Partners::open).transpose()?;
        Ok(Self { bearers, partners: partners.map(Arc::new) })
    }

    /// Who sent this request. Without a credential: an anonymous visitor.
    ///
    /// # Errors
    /// 401 when there is a credential and it is not good: a customer is never silently taken for a visitor. 403 when it is
    /// good and makes nobody who may speak here, 400 when there are two, 503 when nobody can tell whether it is good.
    pub async fn caller(&self, request: &Parts) -> Result<Caller, Problem> {
        let (bearer, key) = (only(&request.headers, &header::AUTHORIZATION)?, self.key(&request.headers)?);
        Ok(match (bearer, key) {
            (Some(_), Some(_)) => return Err(Refusal::Ambiguous.into()),
            (None, Some(key)) => self.partner(key)?,
            (bearer, None) => self.bearer(bearer, request).await?,
        })
    }

    /// The identities of the demonstration; none elsewhere.
    pub(super) fn demonstration(&self) -> &[DemoIdentity] {
        if let Bearers::Demonstration(identities) = &self.bearers { identities } else { &[] }
    }

    async fn bearer(&self, credential: Option<&HeaderValue>, request: &Parts) -> Result<Caller, Refusal> {
        if let (Bearers::Gateway(names), Some(Verified(claims))) = (&self.bearers, request.extensions.get()) {
            return claims.caller(names);
        }
        let Some(credential) = credential else { return Ok(Caller::Anonymous) };
        let token = token(credential).ok_or(Refusal::Scheme)?;
        match &self.bearers {
            Bearers::Demonstration(identities) => {
                let identity = identities.iter().find(|identity| identity.token == token);
                let hint = "GET /v1/demo/identities lists the tokens of the demonstration";
                identity.map(DemoIdentity::caller).ok_or(Refusal::Token(hint))
            }
            Bearers::Nobody => Err(Refusal::Token("this server knows visitors only; send no Authorization header")),
            Bearers::Issued(tokens) => tokens.caller(token).await,
            Bearers::Gateway(_) => {
                Err(Refusal::Token("the gateway verified no token; check that its authorizer guards this route"))
            }
        }
    }

    /// The key that is meant for us: without partners, a gateway's keys are its own affair.
    fn key<'a>(&self, headers: &'a HeaderMap) -> Result<Option<&'a HeaderValue>, Refusal> {
        match (&self.bearers, &self.partners) {
            (Bearers::Gateway(_), None) => Ok(None),
            _ => only(headers, &API_KEY),
        }
    }

    fn partner(&self, key: &HeaderValue) -> Result<Caller, Refusal> {
        let partner = self.partners.as_ref().and_then(|partners| partners.by_key(key.as_bytes()));
        partner.map(Caller::Partner).ok_or(Refusal::Key)
    }
}

/// The header of this name. Of two, nobody can tell which one counts.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Refusal> {
    let mut all = headers.get_all(name).iter();
    let first = all.next();
    if all.next().is_some() { Err(Refusal::Ambiguous) } else { Ok(first) }
}

/// The token of a bearer's credential (RFC 6750, section 2.1; the name of the scheme in any case).
fn token(credential: &HeaderValue) -> Option<&str> {
    let (scheme, token) = credential.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests;
