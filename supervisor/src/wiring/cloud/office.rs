//! The systems of the house on AWS: tables of DynamoDB, and the bus that hears of cases.

use std::sync::Arc;

use aws::EventedHandoffs;
use aws::dynamo::{DynamoHandoffs, DynamoOffers, DynamoServiceDesk, DynamoVehicles};
use backoffice::service_desk::Directory;
use backoffice::{Fleet, Handoffs, Offers, ServiceDesk, Vehicles};
use contract::Result;
use local::SqliteServiceDesk;

use super::{Cloud, rest};
use crate::settings::Identity;

impl Cloud {
    pub(in crate::wiring) async fn service_desk(&self, uri: &str) -> Result<Arc<dyn ServiceDesk>> {
        let desk = DynamoServiceDesk::new(self.aws.config(), rest(uri)?, self.clock.clone());
        if self.settings.identity == Identity::Demo {
            // Boxed: the futures of the SDK are so deep that the compiler lays out no more around them.
            Box::pin(desk.seed(&SqliteServiceDesk::demonstration()?)).await?;
        }
        Ok(Arc::new(desk))
    }

    pub(in crate::wiring) async fn import(&self, uri: &str, directory: &Directory) -> Result<()> {
        let desk = DynamoServiceDesk::new(self.aws.config(), rest(uri)?, self.clock.clone());
        Box::pin(desk.import(directory)).await
    }

    pub(in crate::wiring) fn vehicles(&self, uri: &str) -> Result<Arc<dyn Vehicles>> {
        let (prefix, fleet) = (rest(uri)?, Fleet::demonstration()?);
        Ok(Arc::new(DynamoVehicles::new(self.aws.config(), prefix, self.clock.clone(), fleet)))
    }

    pub(in crate::wiring) fn offers(&self, uri: &str) -> Result<Arc<dyn Offers>> {
        Ok(Arc::new(DynamoOffers::new(self.aws.config(), rest(uri)?, self.clock.clone())))
    }

    pub(in crate::wiring) fn handoffs(&self, uri: &str) -> Result<Arc<dyn Handoffs>> {
        let (prefix, kept) = (rest(uri)?, self.settings.retention);
        Ok(Arc::new(DynamoHandoffs::new(self.aws.config(), prefix, self.clock.clone(), kept)))
    }

    /// The queue, of which this bus is told.
    pub(in crate::wiring) fn evented(&self, bus: &str, handoffs: Arc<dyn Handoffs>) -> Result<Arc<dyn Handoffs>> {
        Ok(Arc::new(EventedHandoffs::new(self.aws.config(), rest(bus)?, handoffs, self.clock.clone())))
    }
}
