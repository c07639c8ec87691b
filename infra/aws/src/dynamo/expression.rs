//! Conditional writes, made from expressions in which every attribute is written `#name`.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use contract::Result;

use super::failure::malformed;
use super::tables::{PARTITION_KEY, SORT_KEY};
use super::{Item, Table};

/// The values that an expression mentions: `:name` and what it stands for.
pub(super) type Values<'a> = &'a [(&'a str, AttributeValue)];

/// Puts `item` where `condition` holds; a refusal shows the item that was there.
pub(super) fn put(table: &Table, item: Item, condition: &str, values: Values<'_>) -> Result<TransactWriteItem> {
    let put = Put::builder()
        .table_name(&table.name)
        .set_item(Some(item))
        .condition_expression(condition)
        .set_expression_attribute_names(names(&[condition]))
        .set_expression_attribute_values(by_name(values))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    Ok(TransactWriteItem::builder().put(put.build().map_err(malformed)?).build())
}

/// Makes `change` to the item under `key` where `condition` holds; a refusal shows the item that was there.
pub(super) fn update(
    table: &Table,
    key: Item,
    change: &str,
    condition: &str,
    values: Values<'_>,
) -> Result<TransactWriteItem> {
    let update = Update::builder()
        .table_name(&table.name)
        .set_key(Some(key))
        .update_expression(change)
        .condition_expression(condition)
        .set_expression_attribute_names(names(&[change, condition]))
        .set_expression_attribute_values(by_name(values))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    Ok(TransactWriteItem::builder().update(update.build().map_err(malformed)?).build())
}

/// Deletes the item under `key`, if it is there.
pub(super) fn delete(table: &Table, key: Item) -> Result<TransactWriteItem> {
    let delete = Delete::builder().table_name(&table.name).set_key(Some(key));
    Ok(TransactWriteItem::builder().delete(delete.build().map_err(malformed)?).build())
}

/// The primary key of an item.
pub(super) fn key(partition: impl Into<String>, sort: impl Into<String>) -> Item {
    HashMap::from([(PARTITION_KEY.into(), text(partition)), (SORT_KEY.into(), text(sort))])
}

/// A string attribute.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// What each `#name` of the expressions stands for: the name itself. Many good names are words that DynamoDB reserves.
pub(super) fn names(expressions: &[&str]) -> Option<HashMap<String, String>> {
    let parts = expressions.iter().flat_map(|expression| expression.split('#').skip(1));
    let names: HashMap<_, _> = parts
        .map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default())
        .map(|name| (format!("#{name}"), name.to_owned()))
        .collect();
    (!names.is_empty()).then_some(names)
}

/// The values, as a request takes them.
pub(super) fn by_name(values: Values<'_>) -> Option<HashMap<String, AttributeValue>> {
    let values: HashMap<_, _> = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    (!values.is_empty()).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_an_expression_is_found_once() {
        let found = names(&["SET #owner = if_not_exists(#owner, :o), #expires_at=:e", "attribute_not_exists(#pk)"]);
        let mut found: Vec<_> = found.unwrap().into_iter().collect();
        found.sort();
        let expected = [("#expires_at", "expires_at"), ("#owner", "owner"), ("#pk", "pk")];
        assert_eq!(found, expected.map(|(name, meaning)| (name.to_owned(), meaning.to_owned())));
        assert_eq!(names(&["SET x = :x"]), None);
    }
}
