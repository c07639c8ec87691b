//! Opens the systems of the house that agents act on, each where its setting says.

use std::sync::Arc;

use backoffice::service_desk::Directory;
use backoffice::{Handoffs, Offers, ServiceDesk, Vehicles};
use contract::Result;
use local::{SimulatedVehicles, SqliteHandoffs, SqliteOffers, SqliteServiceDesk, SystemClock};

use super::{Adapters, scheme, unknown};
use crate::roster::BackOffice;
use crate::settings::{Identity, Settings};

/// Stores the dealers and cars of a house where the service desk that the settings name keeps them.
///
/// # Errors
/// Whatever keeps them from being stored, with a hint.
pub async fn import(settings: &Settings, directory: Directory) -> Result<()> {
    let adapters = Adapters::reach(settings, Arc::new(SystemClock::start())).await?;
    let uri = &settings.office.service_desk;
    match scheme(uri) {
        "sqlite" => {
            let desk = SqliteServiceDesk::unfurnished(adapters.database(uri, "sqlite")?, adapters.clock.clone());
            desk.import(directory).await
        }
        #[cfg(feature = "aws")]
        "dynamodb" => adapters.cloud()?.import(uri, &directory).await,
        _ => Err(unknown("service_desk", uri)),
    }
}

impl Adapters<'_> {
    pub(super) async fn office(&self) -> Result<BackOffice> {
        Ok(BackOffice {
            service_desk: self.service_desk().await?,
            vehicles: self.vehicles()?,
            offers: self.offers()?,
            handoffs: self.handoffs()?,
        })
    }

    async fn service_desk(&self) -> Result<Arc<dyn ServiceDesk>> {
        let uri = &self.settings.office.service_desk;
        match scheme(uri) {
            "sqlite" => {
                let (database, clock) = (self.database(uri, "sqlite")?, self.clock.clone());
                Ok(Arc::new(match self.settings.identity {
                    Identity::Demo => SqliteServiceDesk::new(database, clock),
                    _ => SqliteServiceDesk::unfurnished(database, clock),
                }))
            }
            #[cfg(feature = "aws")]
            "dynamodb" => self.cloud()?.service_desk(uri).await,
            _ => Err(unknown("service_desk", uri)),
        }
    }

    fn vehicles(&self) -> Result<Arc<dyn Vehicles>> {
        let uri = &self.settings.office.vehicles;
        match scheme(uri) {
            "simulator" => Ok(Arc::new(SimulatedVehicles::new(self.database(uri, "simulator")?))),
            #[cfg(feature = "aws")]
            "dynamodb" => self.cloud()?.vehicles(uri),
            _ => Err(unknown("vehicles", uri)),
        }
    }

    fn offers(&self) -> Result<Arc<dyn Offers>> {
        let uri = &self.settings.office.offers;
        match scheme(uri) {
            "sqlite" => Ok(Arc::new(SqliteOffers::new(self.database(uri, "sqlite")?))),
            #[cfg(feature = "aws")]
            "dynamodb" => self.cloud()?.offers(uri),
            _ => Err(unknown("offers", uri)),
        }
    }

    fn handoffs(&self) -> Result<Arc<dyn Handoffs>> {
        let uri = &self.settings.office.handoffs;
        let handoffs: Arc<dyn Handoffs> = match scheme(uri) {
            "sqlite" => Arc::new(SqliteHandoffs::new(self.database(uri, "sqlite")?, self.clock.clone())),
            #[cfg(feature = "aws")]
            "dynamodb" => self.cloud()?.handoffs(uri)?,
            _ => return Err(unknown("handoffs", uri)),
        };
        match &self.settings.office.events {
            None => Ok(handoffs),
            #[cfg(feature = "aws")]
            Some(bus) => self.cloud()?.evented(bus, handoffs),
            #[cfg(not(feature = "aws"))]
            Some(bus) => Err(unknown("handoff.events", bus)),
        }
    }
}
