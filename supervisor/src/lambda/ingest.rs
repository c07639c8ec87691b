//! The ingest of the library as a function: when documents change in S3, a new edition is built and published.

use std::path::PathBuf;
use std::sync::Arc;

use aws_lambda_events::s3::S3Event;
use contract::ports::Shelf;
use knowledge::Published;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};

use super::settings;
use crate::wiring;

/// Publishes an edition at each event until the process is ended.
///
/// Whatever an event names, the whole shelf is read: events come twice, late and out of order, and only the documents that
/// are there count. An error makes Lambda try the event again, and leaves the edition that was there.
///
/// # Errors
/// What kept the function from starting, or the runtime from going on.
pub async fn ingest(environment: Vec<(String, String)>) -> Result<(), String> {
    let (settings, _) = settings(environment)?;
    let shelf = wiring::shelf(&settings).await.map_err(|error| error.to_string())?;
    let work = settings.data.join("ingest");
    let function = service_fn(|event: LambdaEvent<S3Event>| {
        let published = publish(shelf.clone(), work.clone(), event.payload);
        async { published.await.map_err(|error| lambda_runtime::Error::from(error.to_string())) }
    });
    lambda_runtime::run(function).await.map_err(|cause| cause.to_string())
}

async fn publish(shelf: Arc<dyn Shelf>, work: PathBuf, event: S3Event) -> contract::Result<Value> {
    let Published { edition, anew, files, passages, codes, problems } = knowledge::publish(&*shelf, &work).await?;
    for problem in &problems {
        tracing::warn!(%problem, "left out of the library");
    }
    tracing::info!(
        edition = edition.name,
        anew,
        files,
        passages,
        codes,
        changes = event.records.len(),
        "edition current"
    );
    Ok(
        json!({"edition": edition.name, "anew": anew, "files": files, "passages": passages, "codes": codes, "problems": problems}),
    )
}
