//! Who is speaking, what is theirs, and the right to read a customer's data, which only that customer's own calls carry.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{CustomerId, Error, ErrorKind, PartnerId, Result, StaffId, Vin};

/// Who is speaking. Made only by a door, from a verified credential.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Caller {
    /// Nobody in particular: general answers, no customer data.
    Anonymous,
    /// A customer whose token was verified.
    Customer(CustomerId),
    /// A car that speaks for its customer.
    Vehicle {
        /// Whose car it is.
        customer: CustomerId,
        /// The only car that it may speak for; none when its token is bound to no car.
        vin: Option<Vin>,
    },
    /// Somebody who serves customers here. No customer themselves: general answers, no customer data.
    Operator(StaffId),
    /// Somebody who runs the product. No customer data either.
    Admin(StaffId),
    /// Another company's system: general answers, no customer data.
    Partner(PartnerId),
}

impl Caller {
    /// The customer who speaks, or for whom their car does.
    pub fn customer(&self) -> Option<&CustomerId> {
        match self {
            Self::Customer(customer) | Self::Vehicle { customer, .. } => Some(customer),
            Self::Anonymous | Self::Operator(_) | Self::Admin(_) | Self::Partner(_) => None,
        }
    }

    /// The right to read this caller's own data; none for who has none here.
    pub fn access(&self) -> Option<Access> {
        self.customer().cloned().map(Access)
    }

    /// Whose sessions and idempotency keys these are, as one text for the stores. Anonymous visitors share the empty
    /// one and know only their own random ids.
    ///
    /// Stored sessions are found by it, so it never changes. `~` is in no identifier: no two callers have the same text.
    pub fn owner(&self) -> Cow<'_, str> {
        match self {
            Self::Anonymous => "".into(),
            Self::Customer(customer) => customer.as_str().into(),
            Self::Vehicle { customer, vin: Some(vin) } => format!("vehicle~{customer}~{vin}").into(),
            Self::Vehicle { customer, vin: None } => format!("vehicle~{customer}").into(),
            Self::Operator(person) => format!("operator~{person}").into(),
            Self::Admin(person) => format!("admin~{person}").into(),
            Self::Partner(partner) => format!("partner~{partner}").into(),
        }
    }
}

/// The right to read one customer's data. [`crate::ports::Customers`] asks for it, and a [`Caller`] gives none but their own:
/// whoever only knows a customer's id can read nothing. The one exception is [`Access::on_written_request`].
///
/// ```
/// # use contract::{Caller, CustomerId};
/// let ada = CustomerId::new("ada")?;
/// let verified = Caller::Customer(ada.clone());
/// assert_eq!(verified.access().map(|access| access.customer().clone()), Some(ada));
/// assert_eq!(Caller::Anonymous.access(), None);
/// # Ok::<(), contract::Error>(())
/// ```
///
/// An id opens nothing:
///
/// ```compile_fail,E0308
/// # use contract::{CustomerId, ports::Customers};
/// async fn peek(store: &dyn Customers, ada: &CustomerId) {
///     let _ = store.profile(ada).await;
/// }
/// ```
///
/// It cannot be made from one:
///
/// ```compile_fail,E0423
/// # use contract::{Access, CustomerId};
/// fn forge(ada: CustomerId) -> Access {
///     Access(ada)
/// }
/// ```
///
/// And nobody can send one:
///
/// ```compile_fail,E0277
/// # use contract::Access;
/// fn read<T: serde::de::DeserializeOwned>() {}
/// read::<Access>();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access(CustomerId);

impl Access {
    /// The right to export or erase what is kept of a customer who asked the house for it in writing. Only who runs the product
    /// may answer such a letter; the one door that does notes it in the audit trail first.
    ///
    /// # Errors
    /// `Refused` for everybody but an admin.
    pub fn on_written_request(customer: CustomerId, of: &Caller) -> Result<Self> {
        match of {
            Caller::Admin(_) => Ok(Self(customer)),
            _ => {
                Err(Error::new(ErrorKind::Refused, "this is for those who run the product")
                    .hint("send an admin's token"))
            }
        }
    }

    /// Whose data it opens.
    pub fn customer(&self) -> &CustomerId {
        &self.0
    }

    /// Whether what a store keeps under this owner ([`Caller::owner`]) is the customer's: their own, or brought by one of
    /// their cars.
    pub fn owns(&self, owner: &str) -> bool {
        let car = owner.strip_prefix("vehicle~").map(|rest| rest.split('~').next().unwrap_or(rest));
        car.unwrap_or(owner) == self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everybody() -> Vec<Caller> {
        let customer = |id: &str| CustomerId::new(id).unwrap();
        let person = || StaffId::new("ada").unwrap();
        let vin = |text: &str| Some(Vin::new(text).unwrap());
        vec![
            Caller::Anonymous,
            Caller::Customer(customer("ada")),
            Caller::Customer(customer("operator:ada")),
            Caller::Vehicle { customer: customer("ada"), vin: None },
            Caller::Vehicle { customer: customer("ada"), vin: vin("WVELDRA0000000001") },
            Caller::Vehicle { customer: customer("ada"), vin: vin("WVELDRA0000000002") },
            Caller::Vehicle { customer: customer("ben"), vin: vin("WVELDRA0000000001") },
            Caller::Operator(person()),
            Caller::Admin(person()),
            Caller::Partner(PartnerId::new("ada").unwrap()),
        ]
    }

    #[test]
    fn everybody_owns_what_nobody_else_does() {
        let all = everybody();
        let owners: std::collections::HashSet<String> = all.iter().map(|caller| caller.owner().into_owned()).collect();
        assert_eq!(owners.len(), all.len(), "{owners:?}");
    }

    /// Sessions are stored under these.
    #[test]
    fn what_was_stored_before_there_were_roles_is_still_found() {
        let ada = Caller::Customer(CustomerId::new("ada").unwrap());
        assert_eq!((Caller::Anonymous.owner(), ada.owner()), ("".into(), "ada".into()));
        assert_eq!(serde_json::to_string(&ada).unwrap(), r#"{"customer":"ada"}"#);
        assert_eq!(serde_json::to_string(&Caller::Anonymous).unwrap(), r#""anonymous""#);
        for caller in everybody() {
            let stored = serde_json::to_string(&caller).unwrap();
            assert_eq!(serde_json::from_str::<Caller>(&stored).unwrap(), caller);
        }
    }

    #[test]
    fn what_a_customers_cars_brought_is_theirs() {
        let ada = Caller::Customer(CustomerId::new("ada").unwrap()).access().unwrap();
        let owned = everybody().into_iter().filter(|caller| ada.owns(&caller.owner()));
        assert!(owned.clone().count() == 4 && owned.into_iter().all(|caller| caller.access().as_ref() == Some(&ada)));
    }

    #[test]
    fn only_an_admin_answers_a_letter() {
        let letter = |caller: &Caller| Access::on_written_request(CustomerId::new("ben").unwrap(), caller);
        let able: Vec<_> = everybody().into_iter().filter(|caller| letter(caller).is_ok()).collect();
        assert!(matches!(able.as_slice(), [Caller::Admin(_)]), "{able:?}");
        assert_eq!(letter(&able[0]).unwrap().customer().as_str(), "ben");
    }

    #[test]
    fn only_a_customer_and_their_car_may_read_their_data() {
        let readers = everybody().into_iter().filter(|caller| caller.access().is_some());
        assert!(readers.into_iter().all(|caller| matches!(caller, Caller::Customer(_) | Caller::Vehicle { .. })));
    }
}
