//! The settings of the systems of the house that agents act on.

use super::read::Reader;

/// Where the systems of the house are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeUris {
    /// The service desk.
    pub service_desk: String,
    /// The cars.
    pub vehicles: String,
    /// What was offered to whom.
    pub offers: String,
    /// The queue of people.
    pub handoffs: String,
    /// Where another desk hears of cases, if it does.
    pub events: Option<String>,
}

impl OfficeUris {
    /// All of them in one file of this machine, and nobody hears of a case.
    pub(crate) fn at_home() -> Self {
        let file = || "sqlite://motorline.db".to_owned();
        Self {
            service_desk: file(),
            vehicles: "simulator://motorline.db".into(),
            offers: file(),
            handoffs: file(),
            events: None,
        }
    }
}

impl Reader {
    pub(super) fn office(&mut self) -> Option<OfficeUris> {
        let service_desk = self.uri("service_desk", &["sqlite", "dynamodb"]);
        let vehicles = self.uri("vehicles", &["simulator", "dynamodb"]);
        let offers = self.uri("offers", &["sqlite", "dynamodb"]);
        let handoffs = self.uri("handoffs", &["sqlite", "dynamodb"]);
        let events = self.optional("handoff.events").map(|_| self.uri("handoff.events", &["eventbridge"]));
        Some(OfficeUris {
            service_desk: service_desk?,
            vehicles: vehicles?,
            offers: offers?,
            handoffs: handoffs?,
            events: events.map_or(Some(None), |uri| uri.map(Some))?,
        })
    }
}
