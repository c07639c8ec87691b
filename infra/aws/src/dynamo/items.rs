//! Items from values, and values from items.

use contract::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Item;
use super::failure::{malformed, unreadable};
use super::tables::{PARTITION_KEY, SORT_KEY};

/// Writes `value` under the primary key `under`.
pub(super) fn item(under: Item, value: &impl Serialize) -> Result<Item> {
    let mut item: Item = serde_dynamo::to_item(value).map_err(malformed)?;
    item.extend(under);
    Ok(item)
}

/// Reads an item.
pub(super) fn parse<T: DeserializeOwned>(mut item: Item) -> Result<T> {
    item.remove(PARTITION_KEY);
    item.remove(SORT_KEY);
    serde_dynamo::from_item(item).map_err(|cause: serde_dynamo::Error| -> Error { unreadable(cause) })
}
