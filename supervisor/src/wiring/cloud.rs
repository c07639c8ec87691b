//! The adapters of AWS. Their clients are made once, from one configuration, and only when a setting names a part of AWS.

mod office;
mod oversight;

use std::sync::Arc;

use aws::dynamo::{
    ConversationOptions, DynamoConnections, DynamoConversations, DynamoCustomers, DynamoLedger, DynamoTickets,
};
use aws::{Aws, CloudWatchMetrics, EmbeddedMetrics, GatewaySockets, LambdaFunction, S3Conversations, S3Shelf};
use contract::ports::{Clock, Conversations, Customers, Ledger, Library, Shelf};
use contract::{Error, ErrorKind, Result};
use knowledge::{ShelfLibrary, Upkeep};
use local::SqliteCustomers;
use metering::Metrics;
use models::bedrock::{BedrockModel, Options, Profile};

use super::scheme;
use crate::lambda;
use crate::remote::Place;
use crate::settings::{Identity, OF_AWS, Settings};

/// What metrics and the requests of models call us.
const SERVICE: &str = "motorline";

/// What a function needs that serves the sockets of an API Gateway.
pub struct Gateway {
    /// Who is at the other end of each.
    pub connections: DynamoConnections,
    /// The sockets.
    pub sockets: GatewaySockets,
}

/// The clients of AWS, and what their adapters need to know.
pub(super) struct Cloud {
    aws: Aws,
    settings: Settings,
    clock: Arc<dyn Clock>,
}

impl Cloud {
    /// Finds region and credentials, if any setting names a part of AWS.
    pub(super) async fn reach(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Option<Self>> {
        if !settings.uris().any(|uri| OF_AWS.contains(&scheme(uri))) && settings.places.functions.is_empty() {
            return Ok(None);
        }
        let aws = Aws::load(settings.region.clone(), settings.roots.as_deref()).await?;
        Ok(Some(Self { aws, settings: settings.clone(), clock }))
    }

    pub(super) fn aws(&self) -> &Aws {
        &self.aws
    }

    pub(super) fn shelf(&self, uri: &str) -> Result<Arc<dyn Shelf>> {
        let (bucket, prefix) = bucket(uri)?;
        Ok(Arc::new(S3Shelf::new(self.aws.config(), bucket, prefix)))
    }

    pub(super) fn library(&self, uri: &str) -> Result<Arc<dyn Library>> {
        let rules = &self.settings.edition;
        let upkeep = Upkeep {
            shipped: rules.shipped.clone(),
            work: self.settings.data.join("editions"),
            patience: rules.patience,
            refresh: rules.refresh,
        };
        Ok(Arc::new(ShelfLibrary::open(self.shelf(uri)?, self.clock.clone(), upkeep)))
    }

    pub(super) fn conversations(&self, uri: &str) -> Result<Arc<dyn Conversations>> {
        if scheme(uri) == "s3" {
            return Ok(Arc::new(self.s3_conversations(uri)?));
        }
        Ok(Arc::new(self.dynamo_conversations(uri)?))
    }

    fn s3_conversations(&self, uri: &str) -> Result<S3Conversations> {
        let (bucket, prefix) = bucket(uri)?;
        Ok(S3Conversations::new(self.aws.config(), bucket, prefix, self.clock.clone()))
    }

    pub(super) fn dynamo_conversations(&self, uri: &str) -> Result<DynamoConversations> {
        let region = self.aws.config().region().map(ToString::to_string);
        let options = ConversationOptions {
            retention: self.settings.retention,
            home_region: region.ok_or_else(|| {
                Error::invalid("aws.region", "no region of AWS is known").hint("set MOTORLINE_AWS_REGION or AWS_REGION")
            })?,
            overflow: self.settings.overflow.as_deref().map(bucket).transpose()?.map(|(bucket, _)| bucket.to_owned()),
        };
        Ok(DynamoConversations::new(self.aws.config(), rest(uri)?, self.clock.clone(), options))
    }

    pub(super) async fn customers(&self, uri: &str) -> Result<Arc<dyn Customers>> {
        let customers = DynamoCustomers::new(self.aws.config(), rest(uri)?);
        if self.settings.identity == Identity::Demo {
            Box::pin(customers.seed(SqliteCustomers::demonstration()?)).await?;
        }
        Ok(Arc::new(customers))
    }

    pub(super) fn tickets(&self, uri: &str) -> Result<Arc<DynamoTickets>> {
        Ok(Arc::new(DynamoTickets::new(self.aws.config(), rest(uri)?, self.clock.clone())))
    }

    pub(super) fn gateway(&self, uri: &str) -> Result<Gateway> {
        if scheme(uri) != "dynamodb" {
            return Err(
                Error::invalid("socket.store", "connections must outlive this process").hint("dynamodb://PREFIX")
            );
        }
        Ok(Gateway {
            connections: DynamoConnections::new(self.aws.config(), rest(uri)?, self.clock.clone()),
            sockets: GatewaySockets::new(self.aws.config()),
        })
    }

    /// The place of an agent that runs in this function.
    pub(super) fn function(&self, name: &str) -> Arc<dyn Place> {
        Arc::new(lambda::Function::new(LambdaFunction::new(self.aws.config(), name)))
    }

    pub(super) fn ledger(&self, uri: &str) -> Result<Arc<dyn Ledger>> {
        Ok(Arc::new(DynamoLedger::new(self.aws.config(), rest(uri)?, self.clock.clone())))
    }

    pub(super) fn bedrock(&self, uri: &str) -> Result<BedrockModel> {
        let profile = Profile::parse(rest(uri)?)?;
        let today = self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        BedrockModel::new(self.aws.config(), profile, today, Options { product: SERVICE.into(), ..Options::default() })
    }

    pub(super) fn metrics(&self, uri: &str) -> Result<Arc<dyn Metrics>> {
        let (namespace, deployment) = (rest(uri)?, self.settings.deployment.as_str());
        if scheme(uri) == "emf" {
            let output = Box::new(std::io::stdout());
            return Ok(Arc::new(EmbeddedMetrics::new(output, namespace, SERVICE, deployment, self.clock.clone())));
        }
        Ok(Arc::new(CloudWatchMetrics::new(self.aws.config(), namespace, SERVICE, deployment, self.clock.clone())))
    }
}

/// What stands behind `scheme://`.
pub(super) fn rest(uri: &str) -> Result<&str> {
    let rest = uri.split_once("://").map(|(_, rest)| rest).filter(|rest| !rest.is_empty());
    rest.ok_or_else(|| Error::new(ErrorKind::Invalid, format!("{uri:?} names nothing")).hint("expected scheme://name"))
}

/// `s3://bucket/prefix` as bucket and prefix.
pub(super) fn bucket(uri: &str) -> Result<(&str, &str)> {
    let place = rest(uri)?;
    Ok(place.split_once('/').unwrap_or((place, "")))
}
