//! Which parts of AWS the settings name, and the check of each.

use aws::deployment::{self, Check};
use aws::{EventedHandoffs, LambdaFunction};

use super::cloud::{Cloud, bucket, rest};
use super::scheme;
use crate::settings::Settings;

/// Checks all parts, in the order of the settings.
pub(super) async fn all(cloud: &Cloud, settings: &Settings) -> Vec<Check> {
    let mut checks = deployment::access(cloud.aws().config()).await;
    checks.extend(stores(cloud, settings).await);
    checks.extend(buckets(cloud, settings).await);
    if let Some(bus) = settings.office.events.as_deref().and_then(|uri| rest(uri).ok()) {
        let found = EventedHandoffs::check(cloud.aws().config(), bus).await;
        checks.push(Check::new(format!("{bus}: the event bus"), found));
    }
    for (agent, name) in &settings.places.functions {
        let asked = LambdaFunction::new(cloud.aws().config(), name).check().await;
        let what = format!("{name}: lambda:InvokeFunction, for the agent {agent}");
        checks.push(Check::new(what, asked.map_err(|error| error.to_string())));
    }
    let mut uris: Vec<&str> = settings.models.uris().map(String::as_str).collect();
    uris.sort_unstable();
    uris.dedup();
    for uri in uris.into_iter().filter(|uri| scheme(uri) == "bedrock") {
        checks.push(Check::new(format!("{uri}: one token generated"), model(cloud, uri).await));
    }
    checks
}

async fn stores(cloud: &Cloud, settings: &Settings) -> Vec<Check> {
    let config = cloud.aws().config();
    let mut checks = Vec::new();
    if let ("dynamodb", Ok(prefix)) = (scheme(&settings.conversations), rest(&settings.conversations)) {
        checks.extend(deployment::tables(config, prefix, |all| vec![&all.sessions, &all.conversations]).await);
    }
    let office = &settings.office;
    let of_customers = [&settings.customers, &office.service_desk, &office.vehicles, &office.offers];
    for prefix in prefixes(&of_customers) {
        checks.extend(deployment::tables(config, prefix, |all| vec![&all.customers]).await);
    }
    // Beside the conversations it has been looked at.
    for prefix in prefixes(&[&office.handoffs]).into_iter().filter(|_| office.handoffs != settings.conversations) {
        checks.extend(deployment::tables(config, prefix, |all| vec![&all.sessions]).await);
    }
    for prefix in prefixes(&[&office.handoffs]) {
        checks.extend(deployment::handoffs(config, prefix).await);
    }
    for prefix in prefixes(&[&settings.customers]) {
        checks.push(deployment::memories(config, prefix).await);
    }
    let oversight = &settings.oversight;
    for prefix in prefixes(&[&oversight.learned, &oversight.audit]) {
        checks.extend(deployment::tables(config, prefix, |all| vec![&all.analytics]).await);
    }
    for prefix in prefixes(&[&oversight.learned]) {
        checks.extend(deployment::learned(config, prefix).await);
    }
    // Its table may be that of the conversations; what sockets do there is more.
    if let ("dynamodb", Ok(prefix)) = (scheme(&settings.socket.store), rest(&settings.socket.store)) {
        checks.extend(deployment::sockets(config, prefix).await);
    }
    if let Some(endpoint) = &settings.socket.endpoint {
        checks.push(deployment::gateway(config, endpoint).await);
    }
    checks
}

/// The prefixes of the tables that these name, each once.
fn prefixes<'a>(uris: &[&'a String]) -> Vec<&'a str> {
    let named = uris.iter().filter(|uri| scheme(uri) == "dynamodb");
    let mut prefixes: Vec<&str> = named.filter_map(|uri| rest(uri).ok()).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    prefixes
}

async fn buckets(cloud: &Cloud, settings: &Settings) -> Vec<Check> {
    let written = [Some(&settings.conversations), settings.overflow.as_ref()].into_iter().flatten();
    let named = written.map(|uri| (uri, true)).chain([(&settings.library, false)]);
    let mut checks = Vec::new();
    for (uri, writes) in named.filter(|(uri, _)| scheme(uri) == "s3") {
        match bucket(uri) {
            Ok((name, prefix)) => {
                checks.extend(deployment::bucket(cloud.aws().config(), name, prefix, writes).await);
            }
            Err(error) => checks.push(Check::new(uri, Err(error.to_string()))),
        }
    }
    checks
}

async fn model(cloud: &Cloud, uri: &str) -> Result<(), String> {
    let model = cloud.bedrock(uri).map_err(|error| error.to_string())?;
    model.probe().await.map(drop).map_err(|error| error.to_string())
}
