//! Verifies bearer tokens: signature, issuer, audience and time (RFC 7519, RFC 8725).

use std::sync::Arc;

use contract::ports::Clock;
use contract::{Caller, Result};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::claims::Claims;
use super::issuer::Issuer;
use super::keys::{Keys, Missing, PAUSE};
use super::refusal::Refusal;
use crate::settings::Oidc;

/// Longest token that is looked at, in bytes.
const LONGEST: usize = 8 * 1024;
/// The only algorithms that are taken: signatures, which only the issuer can make.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::RS256, Algorithm::ES256];

/// Knows which tokens of one issuer are good.
pub(super) struct Tokens {
    keys: Keys,
    rules: Oidc,
    clock: Arc<dyn Clock>,
}

impl Tokens {
    /// The tokens of the issuer that `rules` name.
    ///
    /// # Errors
    /// `Unavailable` when this machine can make no secure connection.
    pub(super) fn of(rules: &Oidc, clock: Arc<dyn Clock>) -> Result<Self> {
        let keys = Keys::of(Issuer::of(rules)?, clock.clone());
        Ok(Self { keys, rules: rules.clone(), clock })
    }

    /// Whose token it is.
    pub(super) async fn caller(&self, token: &str) -> std::result::Result<Caller, Refusal> {
        let claims = self.verified(token).await?;
        self.check_audience(&claims)?;
        self.check_time(&claims)?;
        Claims(claims).caller(&self.rules.claims)
    }

    async fn verified(&self, token: &str) -> std::result::Result<Map<String, Value>, Refusal> {
        if token.len() > LONGEST {
            return Err(refused("too long"));
        }
        let header = decode_header(token).map_err(|_| refused("no header"))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(refused("algorithm"));
        }
        // What a token calls critical must be understood (RFC 7515, section 4.1.11): we know no extension.
        if header.crit.is_some() {
            return Err(refused("critical extension"));
        }
        let name = header.kid.as_deref().ok_or_else(|| refused("no key named"))?;
        let key = self.keys.find(name).await.map_err(|missing| match missing {
            Missing::Unknown => refused("unknown key"),
            Missing::Unreachable => Refusal::Undecided(PAUSE),
        })?;
        // The key says which algorithm holds, never the token.
        let verified = decode(token, &key.key, &self.validation(key.algorithm));
        verified.map(|token| token.claims).map_err(|_| refused("signature or issuer"))
    }

    /// Signature and issuer. The audience has two places, and time comes from our own clock.
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["exp", "iss"]);
        validation.set_issuer(&[&self.rules.issuer]);
        (validation.validate_exp, validation.validate_aud) = (false, false);
        validation
    }

    /// Whom the token is meant for. An issuer that writes no `aud` into access tokens, as Cognito, names the client in
    /// `client_id`, and documents that this is to be checked instead.
    fn check_audience(&self, claims: &Map<String, Value>) -> std::result::Result<(), Refusal> {
        let ours = |one: &Value| self.rules.audience.iter().any(|audience| one == audience);
        let meant = match (claims.get("aud"), claims.get("client_id")) {
            (Some(Value::Array(all)), _) => all.iter().any(ours),
            (Some(one), _) | (None, Some(one)) => ours(one),
            (None, None) => false,
        };
        if meant { Ok(()) } else { Err(refused("audience")) }
    }

    fn check_time(&self, claims: &Map<String, Value>) -> std::result::Result<(), Refusal> {
        let (now, leeway) = (self.clock.now().as_second() as f64, self.rules.leeway.as_secs_f64());
        let moment = |claim: &str| claims.get(claim).map(|value| value.as_f64().ok_or_else(|| refused("no moment")));
        if now >= moment("exp").ok_or_else(|| refused("no end"))?? + leeway {
            return Err(Refusal::Expired);
        }
        if moment("nbf").transpose()?.is_some_and(|from| from > now + leeway) {
            return Err(refused("not yet valid"));
        }
        Ok(())
    }
}

/// The reason is for whoever runs the product, at the level of debugging; the sender does not learn it.
fn refused(reason: &'static str) -> Refusal {
    tracing::debug!(reason, "a token was refused");
    Refusal::Token("sign in again, and send the token that you get")
}
