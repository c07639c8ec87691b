//! What `motorline deploy-check` sees of a deployment, and that looking changes nothing there.

use aws::deployment::{Check, access, bucket, tables};
use aws::dynamo::{Table, Tables};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};

use super::{cloud, config, unique};

fn missing(checks: &[Check]) -> Vec<&str> {
    checks.iter().filter(|check| check.missing.is_some()).map(|check| check.what.as_str()).collect()
}

fn both(all: &Tables) -> Vec<&Table> {
    vec![&all.sessions, &all.conversations]
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_as_they_should_be_pass_and_lost_ones_are_named() {
    let config = cloud().await;
    let (client, prefix) = (aws_sdk_dynamodb::Client::new(&config), unique("checked"));
    let before = tables(&config, &prefix, both).await;
    assert_eq!(missing(&before).len(), before.len(), "nothing is there yet: {before:?}");
    Tables::named(&prefix).create(&client).await.unwrap();
    let after = tables(&config, &prefix, both).await;
    assert!(after.len() == before.len() && missing(&after).is_empty(), "{after:?}");
    for table in both(&Tables::named(&prefix)) {
        let found = client.scan().table_name(&table.name).send().await.unwrap();
        assert_eq!(found.count(), 0, "looking has written into {}", table.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_without_versions_is_named_and_nothing_is_written() {
    let config = cloud().await;
    let (client, name) = super::bucket(&config).await;
    let plain = bucket(&config, &name, "memory", true).await;
    assert_eq!(missing(&plain), [format!("{name}: versioning")], "{plain:?}");
    let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    client.put_bucket_versioning().bucket(&name).versioning_configuration(on).send().await.unwrap();
    let versioned = bucket(&config, &name, "memory", true).await;
    assert!(missing(&versioned).is_empty(), "{versioned:?}");
    assert_eq!(client.list_objects_v2().bucket(&name).send().await.unwrap().key_count(), Some(0));
    let absent = bucket(&config, &unique("absent"), "", false).await;
    assert_eq!(missing(&absent).len(), absent.len(), "{absent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_not_there_is_said_to_be_so() {
    let config = config("http://127.0.0.1:9").await;
    assert!(missing(&access(&config).await).is_empty(), "region and credentials are known");
    let checks = bucket(&config, "any", "", false).await;
    assert!(
        checks.iter().all(|check| check.missing.as_ref().is_some_and(|what| what.contains("not reached"))),
        "{checks:?}"
    );
}
