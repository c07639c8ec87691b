//! Makes in an emulated cloud what a deployment would have made: tables, buckets, documents, and the demonstration's customers,
//! dealers and cars.
//!
//! Endpoint, region and credentials are those of the environment (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB`,
//! `AWS_REGION`, …).
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a tool that prints, and may be blunt")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws::Aws;
use aws::dynamo::{DynamoCustomers, DynamoServiceDesk, Tables};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use clap::Parser;

/// Makes what a deployment would have made.
#[derive(Parser)]
struct Arguments {
    /// What the names of the tables begin with.
    #[arg(long, default_value = "motorline")]
    prefix: String,
    /// The bucket of the library.
    #[arg(long, default_value = "motorline-library")]
    bucket: String,
    /// The documents to put on the shelf.
    #[arg(long, default_value = "knowledge/manuals")]
    documents: PathBuf,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let cloud = Aws::load(None, None).await.expect("clients");
    let config = cloud.config();
    Tables::named(&arguments.prefix).create(&aws_sdk_dynamodb::Client::new(config)).await.expect("tables");
    let customers = local::SqliteCustomers::demonstration().expect("customers");
    DynamoCustomers::new(config, &arguments.prefix).seed(customers).await.expect("the customers are stored");
    let directory = local::SqliteServiceDesk::demonstration().expect("dealers");
    let desk = DynamoServiceDesk::new(config, &arguments.prefix, Arc::new(local::SystemClock::start()));
    desk.seed(&directory).await.expect("the dealers and cars are stored");
    let count = shelve(&cloud, &arguments.bucket, &arguments.documents).await;
    println!("tables {}-*, bucket {} with {count} documents", arguments.prefix, arguments.bucket);
}

/// Puts every document into the bucket.
async fn shelve(cloud: &Aws, bucket: &str, documents: &Path) -> usize {
    let config = aws_sdk_s3::config::Builder::from(cloud.config()).force_path_style(true).build();
    let client = aws_sdk_s3::Client::from_conf(config);
    // It may be there already.
    let _ = client.create_bucket().bucket(bucket).send().await;
    let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    client.put_bucket_versioning().bucket(bucket).versioning_configuration(versioning).send().await.expect("versions");
    let mut open = vec![documents.to_path_buf()];
    let mut count = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(documents).expect("below it").to_string_lossy().replace('\\', "/");
            let content = std::fs::read(&path).expect("a document");
            let put = client.put_object().bucket(bucket).key(format!("manuals/{name}")).body(content.into());
            put.send().await.expect("a document is stored");
            count += 1;
        }
    }
    count
}
