//! The adapters of AWS, tested over the real wire. `bash .ci/services start FOLDER` starts the services that they need.

mod backoffice;
mod bedrock;
mod conversations;
mod deployment;
mod dynamo;
mod events;
mod lambda;
mod ledger;
mod metrics;
mod oversight;
mod personal;
mod s3;
mod sockets;

use std::time::{Duration, SystemTime};

use aws_config::{Region, SdkConfig};
use aws_sdk_bedrockruntime::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::Client;

/// Where all test services are, as far as they are told.
pub const REGION: &str = "us-east-1";

/// The configuration that the product makes, with its connector and time-outs, but for the service at `endpoint` and with
/// credentials that nobody owns. Made anew for each test: connections belong to the runtime of their test.
pub async fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("AKIDTEST", "test", None, None, "tests");
    let loaded = aws::Aws::load(Some(REGION.into()), None).await.unwrap();
    let builder = loaded.config().to_builder().region(Region::new(REGION)).endpoint_url(endpoint);
    builder.credentials_provider(SharedCredentialsProvider::new(credentials)).build()
}

/// The configuration for S3 and CloudWatch.
pub async fn cloud() -> SdkConfig {
    config(&told("EMULATED_AWS", "http://127.0.0.1:9105")).await
}

/// The addresses of every implementation of DynamoDB.
pub fn dynamodb_endpoints() -> Vec<String> {
    let told = told("EMULATED_DYNAMODB", "http://127.0.0.1:9101,http://127.0.0.1:9105");
    told.split(',').map(|endpoint| endpoint.trim().to_owned()).collect()
}

pub fn told(variable: &str, example: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "the feature `aws` tests against real services: run `bash .ci/services start FOLDER` and set {variable}={example}"
        )
    })
}

/// A name that no other test of any run has.
pub fn unique(name: &str) -> String {
    let moment = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_nanos();
    format!("{name}-{moment}")
}

/// A new bucket, and a client that knows nothing of our adapters.
pub async fn bucket(config: &SdkConfig) -> (Client, String) {
    let name = unique("motorline");
    let client = Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(true).build());
    client.create_bucket().bucket(&name).send().await.expect("a bucket");
    (client, name)
}
