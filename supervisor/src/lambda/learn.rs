//! Learning as a function: the stream of the conversations table tells it which turns were closed.
//!
//! A stream delivers again, and again from the first record that failed: marks that are kept with each lesson make a turn count
//! once. What another region wrote is learned there. Of a customer who was erased before the stream was heard nothing is learned.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws::dynamo::{AttributeValue, DynamoConversations};
use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use contract::ErrorKind;
use futures::future::BoxFuture;
use lambda_runtime::{LambdaEvent, service_fn};
use learning::{Closed, Learned, Learner, study};

use super::lasting_settings;
use crate::roster::Roster;
use crate::wiring;

/// So many turns are learned from at a time: their marks, notes and counts fit into one transaction of DynamoDB, mostly.
const AT_ONCE: usize = 10;

/// Learns from each event until the process is ended.
///
/// What cannot be learned is reported by the number of its record, and Lambda tells the stream again from there; everything
/// else of the event is learned.
///
/// # Errors
/// What kept the function from starting, or the runtime from going on.
pub async fn learn(environment: Vec<(String, String)>) -> Result<(), String> {
    let (settings, traces) = lasting_settings(environment)?;
    let (turns, learned) = wiring::stream(&settings).await.map_err(|error| error.to_string())?;
    let student = Arc::new(Student {
        table: Arc::new(turns.clone()),
        turns,
        learned,
        learners: Roster::learners().map_err(|error| error.to_string())?,
    });
    let function = service_fn(|event: LambdaEvent<Event>| {
        let student = student.clone();
        async move { Ok::<_, lambda_runtime::Error>(student.hear(event.payload).await) }
    });
    let outcome = lambda_runtime::run(function).await.map_err(|cause| cause.to_string());
    traces.close().await;
    outcome
}

/// The table behind the stream, as it is now.
#[async_trait]
trait Table: Send + Sync {
    /// Whether it still holds the turn of this item.
    async fn keeps(&self, item: &HashMap<String, AttributeValue>) -> contract::Result<bool>;
}

#[async_trait]
impl Table for DynamoConversations {
    async fn keeps(&self, item: &HashMap<String, AttributeValue>) -> contract::Result<bool> {
        Self::keeps(self, item).await
    }
}

/// Whoever learns, from what, into what.
struct Student {
    table: Arc<dyn Table>,
    turns: DynamoConversations,
    learned: Arc<dyn Learned>,
    learners: Vec<Arc<dyn Learner>>,
}

/// A turn, and the number of the record that told of it.
type Told = (String, Closed);

impl Student {
    /// Learns from an event, and says what failed.
    async fn hear(&self, event: Event) -> DynamoDbEventResponse {
        let (mut told, mut failed) = (Vec::new(), Vec::new());
        for record in event.records {
            let number = record.change.sequence_number.clone().unwrap_or_default();
            match self.read(record).await {
                Ok(Some(closed)) => told.push((number, closed)),
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(%error, cause = ?std::error::Error::source(&error), number, "a record of the stream cannot be read");
                    failed.push(number);
                }
            }
        }
        for learner in &self.learners {
            for part in told.chunks(AT_ONCE) {
                failed.extend(self.teach(&**learner, part).await);
            }
        }
        tracing::info!(turns = told.len(), failed = failed.len(), "learned");
        response(failed)
    }

    /// The turn that a record tells of; none when it tells of something else, of what another region wrote, or of what was erased.
    async fn read(&self, record: EventRecord) -> contract::Result<Option<Closed>> {
        if record.event_name == "REMOVE" {
            return Ok(None);
        }
        let image: HashMap<String, AttributeValue> = record.change.new_image.into();
        if !self.table.keeps(&image).await? {
            return Ok(None);
        }
        let told = self.turns.closed(image).await?;
        Ok(told.map(|(number, record)| Closed { position: 0, number, record }))
    }

    /// Has a learner learn from these, and returns the numbers of the records that it could not learn from. What cannot be
    /// learned together is learned in halves, so that one bad turn fails alone.
    fn teach<'a>(&'a self, learner: &'a dyn Learner, part: &'a [Told]) -> BoxFuture<'a, Vec<String>> {
        Box::pin(async move {
            let turns: Vec<Closed> = part.iter().map(|(_, closed)| closed.clone()).collect();
            let Err(error) = study(&*self.learned, learner, &turns).await else { return Vec::new() };
            let alone = matches!(error.kind, ErrorKind::Internal | ErrorKind::Invalid);
            if alone && part.len() > 1 {
                let (first, second) = part.split_at(part.len() / 2);
                let mut failed = self.teach(learner, first).await;
                failed.extend(self.teach(learner, second).await);
                return failed;
            }
            tracing::error!(%error, learner = learner.card().name, turns = part.len(), "turns cannot be learned from");
            part.iter().map(|(number, _)| number.clone()).collect()
        })
    }
}

/// What Lambda is told: each record that failed, once.
fn response(mut failed: Vec<String>) -> DynamoDbEventResponse {
    failed.sort();
    failed.dedup();
    let mut response = DynamoDbEventResponse::default();
    for number in failed {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier.replace(number);
        response.batch_item_failures.push(failure);
    }
    response
}

#[cfg(test)]
mod tests;
