//! What a verified token says: whose it is, and in which role they speak.

use contract::{Caller, CustomerId, StaffId, Vin};
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::settings::ClaimNames;

/// Whom a token was made for, in the words of OpenID Connect.
const SUBJECT: &str = "sub";
/// The car that a vehicle's token is bound to.
const CAR: &str = "vin";
/// All roles. Of several, the first of these holds: whoever works here is no customer meanwhile, a car is not its owner.
const ROLES: [&str; 4] = ["admin", "operator", "vehicle", "customer"];

/// The claims of a token that somebody has verified. Not `Debug`: they may be personal.
#[derive(Clone)]
pub struct Claims(pub Map<String, Value>);

impl Claims {
    /// Who speaks.
    ///
    /// # Errors
    /// The token is good, but makes nobody who may speak here.
    pub(super) fn caller(&self, names: &ClaimNames) -> Result<Caller, Refusal> {
        let customer = || self.id(&names.customer, CustomerId::new);
        match self.role(&names.roles)? {
            "admin" => Ok(Caller::Admin(self.id(SUBJECT, StaffId::new)?)),
            "operator" => Ok(Caller::Operator(self.id(SUBJECT, StaffId::new)?)),
            "vehicle" => {
                let bound = self.0.contains_key(CAR);
                Ok(Caller::Vehicle { customer: customer()?, vin: bound.then(|| self.id(CAR, Vin::new)).transpose()? })
            }
            _ => Ok(Caller::Customer(customer()?)),
        }
    }

    /// The role that holds. An issuer that gives no roles serves customers only.
    fn role(&self, claim: &str) -> Result<&'static str, Refusal> {
        let named: Vec<&str> = match self.0.get(claim) {
            None => return Ok("customer"),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            // A gateway writes a list as one text: `[customer operator]`, or `customer,operator`.
            Some(Value::String(text)) => text.split([' ', ',', '[', ']']).collect(),
            Some(_) => Vec::new(),
        };
        let role = ROLES.into_iter().find(|role| named.contains(role));
        role.ok_or_else(|| Refusal::Nobody(format!("{claim:?} must name one of {}", ROLES.join(", "))))
    }

    fn id<T>(&self, claim: &str, read: fn(String) -> contract::Result<T>) -> Result<T, Refusal> {
        let text = self.0.get(claim).and_then(Value::as_str).unwrap_or_default();
        read(text.to_owned()).map_err(|error| {
            let expected = error.hint.unwrap_or_default();
            Refusal::Nobody(format!("its claim {claim:?} must be {expected}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use contract::testing::customer;
    use serde_json::json;

    use super::*;

    fn names() -> ClaimNames {
        ClaimNames { customer: "sub".into(), roles: "cognito:groups".into() }
    }

    fn caller(claims: Value) -> Result<Caller, Refusal> {
        Claims(claims.as_object().cloned().unwrap()).caller(&names())
    }

    #[test]
    fn a_token_makes_the_caller_of_its_role() {
        let staff = |id: &str| StaffId::new(id).unwrap();
        let ada = || CustomerId::new("ada").unwrap();
        let vin = Some(Vin::new("WVELDRA0000000001").unwrap());
        let cases = [
            (json!({"sub": "ada"}), customer("ada")),
            (json!({"sub": "ada", "cognito:groups": ["other", "customer"]}), customer("ada")),
            (json!({"sub": "ada", "cognito:groups": "customer"}), customer("ada")),
            (json!({"sub": "olga", "cognito:groups": ["customer", "operator"]}), Caller::Operator(staff("olga"))),
            (json!({"sub": "olga", "cognito:groups": "[operator customer]"}), Caller::Operator(staff("olga"))),
            (json!({"sub": "olga", "cognito:groups": "operator,admin"}), Caller::Admin(staff("olga"))),
            (json!({"sub": "ada", "cognito:groups": ["vehicle"]}), Caller::Vehicle { customer: ada(), vin: None }),
            (
                json!({"sub": "ada", "cognito:groups": ["vehicle", "customer"], "vin": "wveldra0000000001"}),
                Caller::Vehicle { customer: ada(), vin },
            ),
        ];
        for (claims, expected) in cases {
            assert_eq!(caller(claims.clone()).ok(), Some(expected), "{claims}");
        }
    }

    #[test]
    fn a_token_that_names_nobody_is_refused() {
        for claims in [
            json!({}),
            json!({"sub": ""}),
            json!({"sub": 7}),
            json!({"sub": "auth0|ada"}),
            json!({"sub": "ada", "cognito:groups": []}),
            json!({"sub": "ada", "cognito:groups": null}),
            json!({"sub": "ada", "cognito:groups": ["customers"]}),
            json!({"sub": "ada", "cognito:groups": {"customer": true}}),
            json!({"cognito:groups": ["operator"], "email": "olga@example.com"}),
            json!({"sub": "ada", "cognito:groups": ["vehicle"], "vin": "SHORT"}),
            json!({"sub": "ada", "cognito:groups": ["vehicle"], "vin": null}),
        ] {
            assert!(matches!(caller(claims.clone()), Err(Refusal::Nobody(_))), "{claims}");
        }
    }
}
