//! Whole conversations on the adapters of AWS: the same files, the same expectations, other stores.

use std::sync::Arc;
use std::time::Duration;

use aws::dynamo::{
    ConversationOptions, DynamoConversations, DynamoCustomers, DynamoHandoffs, DynamoOffers, DynamoServiceDesk,
    DynamoVehicles, Tables,
};
use aws::{S3Conversations, S3Shelf};
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use backoffice::Fleet;
use contract::ports::{Clock, Conversations, Library, Shelf};
use knowledge::{ShelfLibrary, Upkeep};
use local::{SqliteCustomers, SqliteServiceDesk, SystemClock};
use supervisor::roster::{BackOffice, Tools};

use super::{REGION, bucket, cloud, dynamodb_endpoints, unique};
use crate::clients::Door;
use crate::conversations::every_conversation_goes_as_written_in;
use crate::house::{House, tools};

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn conversations_go_as_written_on_dynamodb_with_the_library_in_s3() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let library = library(clock.clone()).await;
    for endpoint in dynamodb_endpoints() {
        let config = super::config(&endpoint).await;
        let prefix = unique("conversations");
        Tables::named(&prefix).create(&aws_sdk_dynamodb::Client::new(&config)).await.unwrap();
        let customers = DynamoCustomers::new(&config, &prefix);
        customers.seed(SqliteCustomers::demonstration().unwrap()).await.unwrap();
        let options =
            ConversationOptions { retention: Duration::from_secs(86_400), home_region: REGION.into(), overflow: None };
        let conversations = DynamoConversations::new(&config, &prefix, clock.clone(), options);
        let office = office(&config, &prefix, &clock).await;
        let tools = Tools { library: library.clone(), customers: Arc::new(customers), office, ..tools() };
        play(tools, Arc::new(conversations), clock.clone()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_go_as_written_with_s3_as_the_memory() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let config = cloud().await;
    let (_, bucket) = bucket(&config).await;
    play(tools(), Arc::new(S3Conversations::new(&config, &bucket, "memory", clock.clone())), clock).await;
}

/// The systems of the house in the same tables, as the demonstration has them.
async fn office(config: &SdkConfig, prefix: &str, clock: &Arc<dyn Clock>) -> BackOffice {
    let desk = DynamoServiceDesk::new(config, prefix, clock.clone());
    desk.seed(&SqliteServiceDesk::demonstration().unwrap()).await.unwrap();
    let fleet = Fleet::demonstration().unwrap();
    BackOffice {
        service_desk: Arc::new(desk),
        vehicles: Arc::new(DynamoVehicles::new(config, prefix, clock.clone(), fleet)),
        offers: Arc::new(DynamoOffers::new(config, prefix, clock.clone())),
        handoffs: Arc::new(DynamoHandoffs::new(config, prefix, clock.clone(), Duration::from_secs(86_400))),
    }
}

async fn play(tools: Tools, conversations: Arc<dyn Conversations>, clock: Arc<dyn Clock>) {
    let house = House::over(tools, conversations, clock, tempfile::tempdir().unwrap());
    every_conversation_goes_as_written_in(&house, Door::Rest).await;
}

/// The shipped manuals, uploaded, published as an edition, and served from it.
async fn library(clock: Arc<dyn Clock>) -> Arc<dyn Library> {
    let config = cloud().await;
    let (client, bucket) = bucket(&config).await;
    shelve(&client, &bucket).await;
    let shelf = Arc::new(S3Shelf::new(&config, &bucket, ""));
    let work = tempfile::tempdir().unwrap().keep();
    let published = knowledge::publish(&*shelf, &work.join("ingest")).await.unwrap();
    assert!(published.anew && published.problems.is_empty(), "{published:?}");
    let upkeep =
        Upkeep { shipped: None, work: work.join("editions"), patience: PATIENCE, refresh: Duration::from_secs(3_600) };
    Arc::new(ShelfLibrary::open(shelf, clock, upkeep))
}

async fn shelve(client: &Client, bucket: &str) {
    let manuals = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../knowledge/manuals"));
    let folder = local::FolderShelf::new(manuals, std::env::temp_dir().join("never-published"));
    for document in folder.documents().await.unwrap() {
        let content = folder.read(&document.name).await.unwrap();
        let put = client.put_object().bucket(bucket).key(format!("manuals/{}", document.name)).body(content.into());
        put.send().await.unwrap();
    }
}
