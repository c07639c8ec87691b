//! The people who work in the demonstration, from `data/people.toml`.

use contract::{Error, ErrorKind, Result, StaffId};
use serde::Deserialize;

/// Somebody who works here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Who.
    pub staff: StaffId,
    /// What they are called.
    pub name: String,
    /// What they do.
    pub work: Work,
}

/// What somebody who works here does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Serves customers.
    Operator,
    /// Runs the product.
    Admin,
}

/// The shape of the file.
#[derive(Deserialize)]
struct File {
    person: Vec<Person>,
}

/// The people of the demonstration.
///
/// # Errors
/// `Internal` when the shipped file is broken.
pub fn demonstration_people() -> Result<Vec<Person>> {
    toml::from_str::<File>(include_str!("../data/people.toml")).map(|file| file.person).map_err(|cause| {
        Error::new(ErrorKind::Internal, "the people of the demonstration cannot be read").caused_by(cause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SqliteCustomers;

    #[test]
    fn a_desk_can_be_manned_and_nobody_is_also_a_customer() {
        let people = demonstration_people().unwrap();
        assert!(people.iter().filter(|person| person.work == Work::Operator).count() >= 3);
        let customers = SqliteCustomers::demonstration().unwrap();
        let also = |person: &Person| customers.iter().any(|known| known.customer.as_str() == person.staff.as_str());
        assert!(!people.iter().any(also), "they would share a token");
    }
}
