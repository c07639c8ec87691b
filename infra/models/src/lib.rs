//! Language models behind one port: the built-in offline engine and, with feature `bedrock`, those of Amazon Bedrock.

#[cfg(feature = "bedrock")]
pub mod bedrock;
pub mod offline;

#[cfg(feature = "bedrock")]
pub use bedrock::BedrockModel;
pub use offline::OfflineModel;
