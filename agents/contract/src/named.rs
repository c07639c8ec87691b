//! Reads a structure from named fields only: a list of values that happens to fit is not what anybody meant.
//!
//! `serde` would take `[0, 54]` for a vehicle's state. Used as `#[serde(deserialize_with = "…")]`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// A structure from named fields.
///
/// # Errors
/// Those of the structure, and a wrong type when there are no names.
pub fn fields<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    from.deserialize_map(Named(PhantomData))
}

/// A structure from named fields, or nothing.
///
/// # Errors
/// As [`fields`].
pub fn optional<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    from.deserialize_option(Optional(PhantomData))
}

struct Named<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Named<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object with named fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

struct Optional<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Optional<T> {
    type Value = Option<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object with named fields, or nothing")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        fields(from).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use crate::turn::VehicleState;

    fn read(json: &str) -> Result<Option<VehicleState>, String> {
        super::optional(&mut serde_json::Deserializer::from_str(json)).map_err(|error| error.to_string())
    }

    #[test]
    fn names_are_needed() {
        assert_eq!(read("null"), Ok(None));
        assert_eq!(read(r#"{"speed_kph":3}"#).unwrap().unwrap().speed_kph, Some(3.0));
        assert!(read("[null, 3]").unwrap_err().contains("named fields"));
        assert!(read(r#"{"location":[1, 2]}"#).unwrap_err().contains("named fields"));
    }
}
