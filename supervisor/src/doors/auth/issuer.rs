//! Asks an OpenID Connect issuer for its keys: bounded in time and size, over TLS or on this machine only.

use std::time::Duration;

use contract::{Error, ErrorKind, Result};
use jsonwebtoken::jwk::Jwk;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::settings::{Oidc, secure};

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// Longest wait for a whole document.
const ANSWER: Duration = Duration::from_secs(3);
/// Largest document, in bytes. Those of large issuers have some ten thousand.
const LARGEST: usize = 256 * 1024;

/// An issuer, and where its keys are.
pub(super) struct Issuer {
    client: Client,
    name: String,
    jwks: Option<String>,
}

/// The part of the discovery document that we need (OpenID Connect Discovery 1.0, section 3).
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

/// A set of keys (RFC 7517, section 5), each read for itself: one of a kind that we do not know spoils no other.
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl Issuer {
    /// The issuer that the settings name.
    ///
    /// # Errors
    /// `Unavailable` when this machine trusts no certificate authority.
    pub(super) fn of(oidc: &Oidc) -> Result<Self> {
        let plain = [Some(&oidc.issuer), oidc.jwks.as_ref()].into_iter().flatten().all(|url| url.starts_with("http:"));
        let client = client(plain).map_err(|cause| {
            Error::new(ErrorKind::Unavailable, "no secure connection to the issuer of tokens can be made")
                .hint("install the certificate authorities of the system")
                .caused_by(cause)
        })?;
        Ok(Self { client, name: oidc.issuer.clone(), jwks: oidc.jwks.clone() })
    }

    /// Its keys as they are now.
    ///
    /// # Errors
    /// `Unavailable`, with the cause.
    pub(super) async fn keys(&self) -> Result<Vec<Jwk>> {
        let address = match &self.jwks {
            Some(address) => address.clone(),
            None => self.discover().await?,
        };
        let set: KeySet = self.document(&address).await?;
        Ok(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    async fn discover(&self) -> Result<String> {
        let address = format!("{}/.well-known/openid-configuration", self.name.trim_end_matches('/'));
        let found: Discovery = self.document(&address).await?;
        if found.issuer != self.name {
            return Err(lost(format!("the discovery document is of {:?}", found.issuer)));
        }
        Ok(found.jwks_uri)
    }

    async fn document<T: DeserializeOwned>(&self, address: &str) -> Result<T> {
        let url: Url = secure(address).ok_or_else(|| lost(format!("{address:?} is no secure address")))?;
        let mut response =
            self.client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(lost)?;
        let mut content = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(lost)? {
            if content.len() + piece.len() > LARGEST {
                return Err(lost(format!("more than {LARGEST} bytes at {address:?}")));
            }
            content.extend_from_slice(&piece);
        }
        serde_json::from_slice(&content).map_err(lost)
    }
}

/// A client that follows nobody elsewhere and asks no proxy. For `plain` addresses it needs no certificate authorities.
fn client(plain: bool) -> reqwest::Result<Client> {
    // Of the whole process: an error means that it has one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().redirect(Policy::none()).no_proxy().connect_timeout(CONNECT).timeout(ANSWER);
    if plain { builder.tls_certs_only([]).build() } else { builder.build() }
}

fn lost(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Unavailable, "the issuer of tokens gives no keys").caused_by(cause)
}
