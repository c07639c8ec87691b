//! What those who run the product look after it with, on AWS.

use std::sync::Arc;

use aws::dynamo::{
    DynamoAudit, DynamoCustomers, DynamoHandoffs, DynamoLearned, DynamoOffers, DynamoServiceDesk, DynamoVehicles,
};
use backoffice::Fleet;
use contract::ports::{AuditTrail, PersonalData};
use contract::{Error, ErrorKind, Result};

use super::{Cloud, rest, scheme};

impl Cloud {
    pub(in crate::wiring) fn learned(&self, uri: &str) -> Result<Arc<DynamoLearned>> {
        Ok(Arc::new(DynamoLearned::new(self.aws.config(), rest(uri)?, self.clock.clone())))
    }

    pub(in crate::wiring) fn audit(&self, uri: &str) -> Result<Arc<dyn AuditTrail>> {
        Ok(Arc::new(DynamoAudit::new(self.aws.config(), rest(uri)?, self.clock.clone())))
    }

    /// A store as what keeps something of persons.
    pub(in crate::wiring) fn personal(&self, store: &str, uri: &str) -> Result<Arc<dyn PersonalData>> {
        let (config, clock) = (self.aws.config(), self.clock.clone());
        Ok(match (store, scheme(uri)) {
            ("conversations", "s3") => Arc::new(self.s3_conversations(uri)?),
            ("conversations", _) => Arc::new(self.dynamo_conversations(uri)?),
            ("customers", _) => Arc::new(DynamoCustomers::new(config, rest(uri)?)),
            ("service_desk", _) => Arc::new(DynamoServiceDesk::new(config, rest(uri)?, clock)),
            ("vehicles", _) => Arc::new(DynamoVehicles::new(config, rest(uri)?, clock, Fleet::demonstration()?)),
            ("offers", _) => Arc::new(DynamoOffers::new(config, rest(uri)?, clock)),
            ("handoffs", _) => Arc::new(DynamoHandoffs::new(config, rest(uri)?, clock, self.settings.retention)),
            ("learned", _) => self.learned(uri)?,
            _ => return Err(Error::new(ErrorKind::Internal, format!("nothing of AWS keeps {store}"))),
        })
    }
}
