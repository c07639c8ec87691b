//! Stores in DynamoDB: conversations, customers, the systems of the back office, what models cost and what sockets need,
//! what was learned and who looked at what; the tables they live in, and what their calls cost.

mod audit;
mod capacity;
mod conversations;
mod customers;
mod expression;
mod failure;
mod handoffs;
mod items;
mod learned;
mod ledger;
mod offers;
mod retry;
mod service_desk;
mod sockets;
mod store;
mod tables;
mod transaction;
mod vehicles;
mod whole;

pub use audit::DynamoAudit;
pub use aws_sdk_dynamodb::types::AttributeValue;
pub use capacity::Capacity;
pub use conversations::{ConversationOptions, DynamoConversations};
pub use customers::DynamoCustomers;
pub use handoffs::DynamoHandoffs;
pub use learned::DynamoLearned;
pub use ledger::DynamoLedger;
pub use offers::DynamoOffers;
pub use service_desk::DynamoServiceDesk;
pub use sockets::{Connection, DynamoConnections, DynamoTickets};
pub use tables::{PARTITION_KEY, SORT_KEY, TTL_ATTRIBUTE, Table, Tables};
pub use vehicles::DynamoVehicles;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;

/// An item as DynamoDB takes and gives it.
type Item = HashMap<String, AttributeValue>;

/// One write of a transaction.
type Write = TransactWriteItem;
