//! Who is calling: reads the credential of a request and says whose turn it is. Nothing else ever makes a caller.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use contract::profile::Profile;
use contract::{Caller, CustomerId};
use serde::Serialize;

use super::error::Problem;

/// How callers are told apart.
#[derive(Debug, Clone)]
pub enum Authentication {
    /// The fictional customers of the demonstration, each with a well-known token. Never beyond this machine.
    Demonstration(Arc<[DemoIdentity]>),
    /// Everybody is an anonymous visitor; a credential is refused rather than ignored.
    AnonymousOnly,
}

/// One customer of the demonstration.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct DemoIdentity {
    /// What to send as `Authorization: Bearer …`.
    pub token: String,
    /// The customer's name.
    pub name: String,
    /// Their cars.
    pub vehicles: Vec<String>,
    #[serde(skip)]
    customer: CustomerId,
}

impl From<&Profile> for DemoIdentity {
    fn from(profile: &Profile) -> Self {
        Self {
            token: format!("demo-{}", profile.customer),
            name: profile.name.clone(),
            vehicles: profile.vehicles.iter().map(contract::profile::Vehicle::name).collect(),
            customer: profile.customer.clone(),
        }
    }
}

impl Authentication {
    /// Who sent a request with these headers. Without a credential: an anonymous visitor.
    ///
    /// # Errors
    /// 401 when there is a credential and it is not good: a customer is never silently taken for a visitor.
    pub fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let Some(credential) = headers.get(header::AUTHORIZATION) else {
            return Ok(Caller::Anonymous);
        };
        let token = credential.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default().trim();
        let known = match self {
            Self::Demonstration(identities) => identities.iter().find(|identity| identity.token == token),
            Self::AnonymousOnly => None,
        };
        known.map(|identity| Caller::Customer(identity.customer.clone())).ok_or_else(|| {
            let hint = match self {
                Self::Demonstration(_) => "GET /v1/demo/identities lists the tokens of the demonstration",
                Self::AnonymousOnly => "this server knows visitors only; send no Authorization header",
            };
            Problem::protocol(axum::http::StatusCode::UNAUTHORIZED, "the credential is not valid", hint)
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(credential: Option<&'static str>) -> HeaderMap {
        credential.map(|text| (header::AUTHORIZATION, HeaderValue::from_static(text))).into_iter().collect()
    }

    #[test]
    fn only_a_known_token_makes_a_customer() {
        let ada = local::SqliteCustomers::demonstration().unwrap().iter().map(DemoIdentity::from).collect::<Vec<_>>();
        let demo = Authentication::Demonstration(ada.into());
        let expected = Caller::Customer(CustomerId::new("ada").unwrap());
        assert_eq!(demo.caller(&headers(Some("Bearer demo-ada"))).unwrap(), expected);
        assert_eq!(demo.caller(&headers(None)).unwrap(), Caller::Anonymous);
        for bad in ["Bearer demo-nobody", "Bearer ", "demo-ada", "Basic demo-ada", "Bearer ada"] {
            assert_eq!(demo.caller(&headers(Some(bad))).unwrap_err().status, 401, "{bad}");
        }
        assert_eq!(Authentication::AnonymousOnly.caller(&headers(Some("Bearer demo-ada"))).unwrap_err().status, 401);
    }
}
