//! Who may come to the desk: operators and admins. Anybody else hears the same refusal, whatever they ask for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use contract::{Caller, Error, ErrorKind, StaffId};

use crate::doors::auth::CalledBy;
use crate::doors::error::Problem;
use crate::doors::router::Doors;

/// A person who takes over.
#[derive(Debug)]
pub(in crate::doors) struct Operator(pub(in crate::doors) StaffId);

impl Operator {
    /// The person who calls.
    ///
    /// # Errors
    /// 403 for everybody who is none.
    pub(in crate::doors) fn of(caller: &Caller) -> Result<Self, Problem> {
        match caller {
            Caller::Operator(person) | Caller::Admin(person) => Ok(Self(person.clone())),
            _nobody_who_works_here => {
                let refused = Error::new(ErrorKind::Refused, "this is for the people who work here");
                Err(refused.hint("send the token of an operator or an admin").into())
            }
        }
    }
}

impl FromRequestParts<Doors> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Problem> {
        let CalledBy(caller) = CalledBy::from_request_parts(parts, doors).await?;
        doors.turned_away(Self::of(&caller))
    }
}

#[cfg(test)]
mod tests {
    use contract::{CustomerId, PartnerId};

    use super::*;

    #[test]
    fn only_people_who_work_here_come_to_the_desk() {
        let customer = || CustomerId::new("sam").unwrap();
        let others = [
            Caller::Anonymous,
            Caller::Customer(customer()),
            Caller::Vehicle { customer: customer(), vin: None },
            Caller::Partner(PartnerId::new("sam").unwrap()),
        ];
        for caller in others {
            let problem = Operator::of(&caller).unwrap_err();
            assert_eq!((problem.status, problem.hint.is_some()), (403, true), "{caller:?}");
        }
        let sam = StaffId::new("sam").unwrap();
        for caller in [Caller::Operator(sam.clone()), Caller::Admin(sam.clone())] {
            assert_eq!(Operator::of(&caller).unwrap().0, sam);
        }
    }
}
