//! Adapters of AWS: DynamoDB and S3 stores, the S3 shelf, API Gateway's sockets, Lambda functions, EventBridge's buses,
//! CloudWatch metrics, and how their clients are made.
//!
//! Each adapter is held to the conformance suite of its port, against real services (`tests/`, feature `aws`).

pub mod clients;
pub mod deployment;
pub mod dynamo;
pub mod events;
pub mod gateway;
pub mod lambda;
pub mod metrics;
pub mod s3;

pub use clients::Aws;
pub use events::EventedHandoffs;
pub use gateway::{GatewaySocket, GatewaySockets, Posted};
pub use lambda::LambdaFunction;
pub use metrics::{CloudWatchMetrics, EmbeddedMetrics};
pub use s3::{S3Conversations, S3Shelf};
