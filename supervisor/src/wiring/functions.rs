//! What functions need that do not answer turns: the ingest its shelf, the one that learns its stream.

use std::sync::Arc;

use aws::dynamo::DynamoConversations;
use contract::ports::Shelf;
use contract::{Error, Result};
use learning::Learned;
use local::SystemClock;

use super::{Adapters, scheme};
use crate::settings::Settings;

/// The shelf of a library in S3, for the ingest.
///
/// # Errors
/// `Invalid` when the library is not in S3.
pub async fn shelf(settings: &Settings) -> Result<Arc<dyn Shelf>> {
    if scheme(&settings.library) != "s3" {
        return Err(
            Error::invalid("library", "only a library in S3 has editions to publish").hint("s3://BUCKET/PREFIX")
        );
    }
    Adapters::reach(settings, Arc::new(SystemClock::start())).await?.cloud()?.shelf(&settings.library)
}

/// The table whose stream tells of closed turns, and where is kept what they teach.
///
/// # Errors
/// `Invalid` when conversations are not in DynamoDB, or nothing is to be learned.
pub async fn stream(settings: &Settings) -> Result<(DynamoConversations, Arc<dyn Learned>)> {
    if scheme(&settings.conversations) != "dynamodb" {
        return Err(Error::invalid("conversations", "only a table of DynamoDB has a stream").hint("dynamodb://PREFIX"));
    }
    let adapters = Adapters::reach(settings, Arc::new(SystemClock::start())).await?;
    let learned = adapters.learned()?;
    let learned =
        learned.ok_or_else(|| Error::invalid("learned", "nothing is to be learned").hint("dynamodb://PREFIX"))?;
    Ok((adapters.cloud()?.dynamo_conversations(&settings.conversations)?, learned))
}
