//! Who is calling: reads the credential of a request and says whose turn it is. Nothing else ever makes a caller.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use contract::profile::Profile;
use contract::{Caller, CustomerId};
use serde::Serialize;

use super::error::Problem;
use super::router::Doors;

/// How callers are told apart.
#[derive(Debug, Clone)]
pub enum Authentication {
    /// The fictional customers of the demonstration, each with a well-known token. Never beyond this machine.
    Demonstration(Arc<[DemoIdentity]>),
    /// Everybody is an anonymous visitor; a credential is refused rather than ignored.
    AnonymousOnly,
    /// The gateway in front verifies credentials; the bootstrap hands over whom it verified as [`Verified`].
    Gateway,
}

/// The customer whose credential the gateway in front has verified. Put into a request by a bootstrap, never by a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified(pub CustomerId);

/// Who calls. Taking it is the only way in which a handler learns of a caller.
#[derive(Debug)]
pub(super) struct CalledBy(pub(super) Caller);

impl FromRequestParts<Doors> for CalledBy {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Problem> {
        doors.authentication.caller(parts).map(Self)
    }
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
    /// Who sent this request. Without a credential: an anonymous visitor.
    ///
    /// # Errors
    /// 401 when there is a credential and it is not good: a customer is never silently taken for a visitor.
    pub fn caller(&self, request: &Parts) -> Result<Caller, Problem> {
        if let (Self::Gateway, Some(Verified(customer))) = (self, request.extensions.get()) {
            return Ok(Caller::Customer(customer.clone()));
        }
        let Some(credential) = request.headers.get(header::AUTHORIZATION) else {
            return Ok(Caller::Anonymous);
        };
        let token = credential.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default().trim();
        self.customer(token).map(Caller::Customer).ok_or_else(|| {
            let hint = match self {
                Self::Demonstration(_) => "GET /v1/demo/identities lists the tokens of the demonstration",
                Self::AnonymousOnly => "this server knows visitors only; send no Authorization header",
                Self::Gateway => "the gateway verified no customer; check that its authorizer guards this route",
            };
            Problem::protocol(StatusCode::UNAUTHORIZED, "the credential is not valid", hint)
        })
    }

    fn customer(&self, token: &str) -> Option<CustomerId> {
        let Self::Demonstration(identities) = self else { return None };
        identities.iter().find(|identity| identity.token == token).map(|identity| identity.customer.clone())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn request(credential: Option<&'static str>) -> Parts {
        let request = credential
            .into_iter()
            .fold(Request::get("/"), |request, credential| request.header(header::AUTHORIZATION, credential));
        request.body(()).unwrap().into_parts().0
    }

    fn status(authentication: &Authentication, credential: Option<&'static str>) -> u16 {
        authentication.caller(&request(credential)).unwrap_err().status
    }

    #[test]
    fn only_a_known_token_makes_a_customer() {
        let ada = local::SqliteCustomers::demonstration().unwrap().iter().map(DemoIdentity::from).collect::<Vec<_>>();
        let demo = Authentication::Demonstration(ada.into());
        let expected = Caller::Customer(CustomerId::new("ada").unwrap());
        assert_eq!(demo.caller(&request(Some("Bearer demo-ada"))).unwrap(), expected);
        assert_eq!(demo.caller(&request(None)).unwrap(), Caller::Anonymous);
        for bad in ["Bearer demo-nobody", "Bearer ", "demo-ada", "Basic demo-ada", "Bearer ada"] {
            assert_eq!(status(&demo, Some(bad)), 401, "{bad}");
        }
        assert_eq!(status(&Authentication::AnonymousOnly, Some("Bearer demo-ada")), 401);
    }

    #[test]
    fn behind_a_gateway_only_its_word_makes_a_customer() {
        let ada = CustomerId::new("ada").unwrap();
        let mut verified = request(Some("Bearer whatever the gateway has checked"));
        verified.extensions.insert(Verified(ada.clone()));
        assert_eq!(Authentication::Gateway.caller(&verified).unwrap(), Caller::Customer(ada));
        assert_eq!(Authentication::Gateway.caller(&request(None)).unwrap(), Caller::Anonymous);
        assert_eq!(status(&Authentication::Gateway, Some("Bearer demo-ada")), 401, "unverified is no visitor either");
        let elsewhere = Authentication::AnonymousOnly.caller(&verified);
        assert_eq!(elsewhere.unwrap_err().status, 401, "nobody else listens to it");
    }
}
