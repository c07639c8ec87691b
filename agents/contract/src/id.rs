//! Identifiers as types, so that a session can never be passed where a customer is meant.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Error, Result};

/// Longest identifier accepted from outside, in characters.
pub const LONGEST: usize = 64;

/// Declares an identifier that outsiders may choose: what `$check` makes of the text, or refuses.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $field:literal, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]{1,64}$")]
        pub struct $name(String);

        impl $name {
            /// Checks `text` and wraps it.
            ///
            /// # Errors
            /// [`crate::ErrorKind::Invalid`], naming the field and what is accepted.
            pub fn new(text: impl Into<String>) -> Result<Self> {
                Ok(Self($check($field, text.into())?))
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                Self::new(String::deserialize(from)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

identifier!(
    /// One customer, as the verified token names them. Never taken from a request body.
    CustomerId, "customer_id", plain
);
identifier!(
    /// One person who works here, as the verified token names them.
    StaffId, "staff_id", plain
);
identifier!(
    /// Another company whose systems call ours, as the list of partners names it.
    PartnerId, "partner_id", plain
);
identifier!(
    /// One car: its vehicle identification number (ISO 3779), in capitals.
    Vin, "vin", of_a_car
);
identifier!(
    /// One conversation: the turns that share a history.
    SessionId, "session_id", plain
);
identifier!(
    /// What makes a repeated request recognisable as the same request.
    IdempotencyKey, "Idempotency-Key", plain
);
identifier!(
    /// One turn. Ids that Motorline makes are UUIDs of version 7, so that they sort by time.
    TurnId, "turn_id", plain
);

identifier!(
    /// One proposal to the customer.
    ActionId, "action", plain
);
identifier!(
    /// One matter that a person takes over.
    CaseId, "case_id", plain
);

impl ActionId {
    /// The `number`-th proposal that an agent makes in a turn. An agent asked twice about one turn names it the same.
    pub fn of(turn: &TurnId, agent: &str, number: usize) -> Self {
        // A UUID of version 5 (RFC 9562, section 5.5): short enough to be an identifier, whatever the agent is called.
        let name = format!("{turn}/{agent}/{number}");
        Self(uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes()).to_string())
    }
}

impl CaseId {
    /// The matter that a turn opens.
    pub fn of(turn: &TurnId) -> Self {
        Self(turn.0.clone())
    }
}

impl TurnId {
    /// A fresh id from a moment and 128 random bits, both from ports.
    pub fn fresh(now: Timestamp, random: u128) -> Self {
        Self(time_ordered(now, random))
    }
}

impl SessionId {
    /// A fresh id from a moment and 128 random bits, both from ports.
    pub fn fresh(now: Timestamp, random: u128) -> Self {
        Self(time_ordered(now, random))
    }
}

impl From<&TurnId> for IdempotencyKey {
    /// The key of a turn whose caller sent none: unique, so it never repeats anything.
    fn from(turn: &TurnId) -> Self {
        Self(turn.0.clone())
    }
}

/// A UUID of version 7 (RFC 9562, section 5.7).
fn time_ordered(now: Timestamp, random: u128) -> String {
    let bytes = random.to_be_bytes();
    let mut tail = [0; 10];
    tail.copy_from_slice(&bytes[..10]);
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &tail).into_uuid().to_string()
}

/// 1 to 64 letters, digits, `-`, `_`, `.` or `:`.
fn plain(field: &str, text: String) -> Result<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    if text.is_empty() || text.chars().count() > LONGEST || !text.chars().all(allowed) {
        return Err(Error::invalid(field, "not a valid identifier").hint("1 to 64 characters of A-Z a-z 0-9 - _ . :"));
    }
    Ok(text)
}

/// 17 letters and digits without I, O and Q.
fn of_a_car(field: &str, text: String) -> Result<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() && !matches!(c.to_ascii_uppercase(), 'I' | 'O' | 'Q');
    if text.len() != 17 || !text.chars().all(allowed) {
        return Err(Error::invalid(field, "not a vehicle identification number")
            .hint("17 letters and digits without I, O and Q"));
    }
    Ok(text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_could_break_a_key_or_a_path() {
        for bad in ["", "a b", "a/b", "a#b", "ä", "a\n", &"x".repeat(65)] {
            assert!(SessionId::new(bad).is_err(), "{bad:?}");
        }
        assert!(SessionId::new("s-1_a.b:c").is_ok());
    }

    #[test]
    fn a_car_is_named_in_capitals_and_by_its_number_only() {
        assert_eq!(Vin::new("wveldra0000000001").unwrap().as_str(), "WVELDRA0000000001");
        for bad in ["", "WVELDRA000000001", "WVELDRA0000000001X", "IOQLDRA0000000001", "WVELDRA0000~00001"] {
            assert!(Vin::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn fresh_ids_sort_by_time() {
        let early = TurnId::fresh(Timestamp::from_second(1_000).unwrap(), u128::MAX);
        let late = TurnId::fresh(Timestamp::from_second(2_000).unwrap(), 0);
        assert!(early < late);
    }

    #[test]
    fn a_bad_identifier_is_refused_while_reading_json() {
        let error = serde_json::from_str::<SessionId>("\"a b\"").unwrap_err().to_string();
        assert!(error.contains("session_id"), "{error}");
    }
}
