//! The keys of an issuer: fetched before they are needed, kept while it is down, asked for anew when one is unknown.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use contract::ports::Clock;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use super::issuer::Issuer;

/// So often keys are fetched: one that the issuer takes back is refused after this time at the latest.
const REFRESH: Duration = Duration::from_secs(5 * 60);
/// So long keys are good when the issuer does not answer any more.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// The time between two attempts while the issuer is down, and between two that unknown keys cause.
pub(super) const PAUSE: Duration = Duration::from_secs(10);
/// Smallest modulus of an RSA key, in bytes (RFC 7518, section 3.3).
const SMALLEST_RSA: usize = 256;

/// The keys of one issuer.
pub(super) struct Keys {
    seen: Arc<watch::Sender<Seen>>,
    clock: Arc<dyn Clock>,
    _keeper: AbortOnDropHandle<()>,
}

/// A public key, and the one algorithm that it is good for.
pub(super) struct Key {
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

/// Why there is no such key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// The issuer has none of this name.
    Unknown,
    /// The issuer was never reached, or too long ago.
    Unreachable,
}

/// What is known of the issuer.
struct Seen {
    keys: HashMap<String, Arc<Key>>,
    /// When it last answered.
    fetched: Option<Duration>,
    /// How often it was asked.
    attempts: u64,
    /// Whether somebody waits for the next attempt.
    wanted: bool,
    /// When an unknown key last caused one.
    caused: Option<Duration>,
}

impl Keys {
    /// Keeps the keys of `issuer` for as long as it lives. The first attempt begins at once, and nobody waits for it here.
    pub(super) fn of(issuer: Issuer, clock: Arc<dyn Clock>) -> Self {
        let nothing = Seen { keys: HashMap::new(), fetched: None, attempts: 0, wanted: true, caused: None };
        let seen = Arc::new(watch::Sender::new(nothing));
        let keeper = tokio::spawn(keep(issuer, seen.clone(), clock.clone()));
        Self { seen, clock, _keeper: AbortOnDropHandle::new(keeper) }
    }

    /// The key of this name. Only for one that is not known, the issuer is waited for.
    pub(super) async fn find(&self, name: &str) -> Result<Arc<Key>, Missing> {
        match self.known(name) {
            Err(_) if self.asked_anew().await => self.known(name),
            known => known,
        }
    }

    fn known(&self, name: &str) -> Result<Arc<Key>, Missing> {
        let seen = self.seen.borrow();
        let age = seen.fetched.map(|at| self.clock.elapsed().saturating_sub(at));
        if age.is_none_or(|age| age >= KEPT) {
            return Err(Missing::Unreachable);
        }
        seen.keys.get(name).cloned().ok_or(Missing::Unknown)
    }

    /// Waits for an attempt that is under way, or causes one. False when that was done just now: a flood of unknown keys
    /// must not become one of attempts.
    async fn asked_anew(&self) -> bool {
        let now = self.clock.elapsed();
        let mut awaited = None;
        self.seen.send_if_modified(|seen| {
            let causes = !seen.wanted && seen.caused.is_none_or(|at| now.saturating_sub(at) >= PAUSE);
            if causes {
                (seen.wanted, seen.caused) = (true, Some(now));
            }
            awaited = seen.wanted.then_some(seen.attempts);
            causes
        });
        let Some(before) = awaited else { return false };
        self.seen.subscribe().wait_for(|seen| seen.attempts > before).await.is_ok()
    }
}

/// Fetches keys for ever. In a task of its own: a client that hangs up breaks no attempt off.
async fn keep(issuer: Issuer, seen: Arc<watch::Sender<Seen>>, clock: Arc<dyn Clock>) {
    let mut wanted = seen.subscribe();
    loop {
        let answer = issuer.keys().await;
        if let Err(error) = &answer {
            tracing::warn!(%error, cause = ?std::error::Error::source(error), "keys were not fetched");
        }
        let wait = if answer.is_ok() { REFRESH } else { PAUSE };
        seen.send_modify(|seen| {
            (seen.attempts, seen.wanted) = (seen.attempts + 1, false);
            if let Ok(keys) = answer {
                seen.keys = keys.iter().filter_map(usable).collect();
                seen.fetched = Some(clock.elapsed());
            }
        });
        tokio::select! {
            () = sleep(wait) => {}
            _ = wanted.wait_for(|seen| seen.wanted) => {}
        }
    }
}

/// The key under its name, if tokens may be signed with it: RS256 or ES256, of sufficient length, and made for nothing else.
fn usable(jwk: &Jwk) -> Option<(String, Arc<Key>)> {
    let (algorithm, declared) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        _ => return None,
    };
    let common = &jwk.common;
    let signs = common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    let fits = common.key_algorithm.is_none_or(|named| named == declared);
    let key = DecodingKey::from_jwk(jwk).ok()?;
    let long = match key.kind() {
        DecodingKeyKind::RsaModulusExponent { n, .. } => n.len() >= SMALLEST_RSA,
        DecodingKeyKind::SecretOrDer(_) => true,
    };
    (signs && fits && long).then_some((common.key_id.clone()?, Arc::new(Key { algorithm, key })))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn algorithm(jwk: Value) -> Option<Algorithm> {
        usable(&serde_json::from_value(jwk).unwrap()).map(|(_, key)| key.algorithm)
    }

    #[test]
    fn a_key_is_good_for_one_algorithm_or_for_none() {
        let long = "w".repeat(342); // 256 bytes in Base64.
        let coordinate = "w".repeat(43);
        let rsa = json!({"kty": "RSA", "kid": "a", "n": long, "e": "AQAB"});
        let curve = json!({"kty": "EC", "kid": "a", "crv": "P-256", "x": coordinate, "y": coordinate});
        let with = |base: &Value, name: &str, value: Value| {
            let mut changed = base.clone();
            changed[name] = value;
            changed
        };
        assert_eq!(algorithm(rsa.clone()), Some(Algorithm::RS256));
        assert_eq!(algorithm(with(&rsa, "use", json!("sig"))), Some(Algorithm::RS256));
        assert_eq!(algorithm(with(&rsa, "alg", json!("RS256"))), Some(Algorithm::RS256));
        assert_eq!(algorithm(curve.clone()), Some(Algorithm::ES256));
        for bad in [
            with(&rsa, "use", json!("enc")),
            with(&rsa, "alg", json!("PS256")),
            with(&rsa, "n", json!("w".repeat(171))),
            with(&rsa, "kid", json!(null)),
            with(&curve, "crv", json!("P-384")),
            json!({"kty": "oct", "kid": "a", "k": "c2VjcmV0"}),
            json!({"kty": "OKP", "kid": "a", "crv": "Ed25519", "x": coordinate}),
        ] {
            assert_eq!(algorithm(bad.clone()), None, "{bad}");
        }
    }
}
