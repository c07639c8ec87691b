//! Stores in DynamoDB: conversations, customers, what models cost and what sockets need, the tables they live in, and what their calls cost.

mod capacity;
mod conversations;
mod customers;
mod expression;
mod failure;
mod items;
mod ledger;
mod retry;
mod sockets;
mod tables;
mod transaction;

pub use capacity::Capacity;
pub use conversations::{ConversationOptions, DynamoConversations};
pub use customers::DynamoCustomers;
pub use ledger::DynamoLedger;
pub use sockets::{Connection, DynamoConnections, DynamoTickets};
pub use tables::{PARTITION_KEY, SORT_KEY, TTL_ATTRIBUTE, Table, Tables};

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// An item as DynamoDB takes and gives it.
type Item = HashMap<String, AttributeValue>;
