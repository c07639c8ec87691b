//! One turn at the service desk: what is known of the customer and their car, and which of the desk's answers is given.

mod carry;
mod facts;
mod manage;
mod propose;

use std::collections::BTreeMap;
use std::time::Duration;

use backoffice::ServiceDesk;
use backoffice::service_desk::{Dealer, VehicleFile, Work};
use contract::finding::Statement;
use contract::profile::{Profile, Vehicle};
use contract::turn::{Location, VehicleState};
use contract::{Access, Action, ActionId, ActionState, ErrorKind, Finding, Result, TurnContext, Verdict, Vin};
use jiff::civil::{Date, DateTime};

use crate::asked::Asked;
use crate::place::{Clues, Place};
use crate::say;
use crate::when::Wish;
use crate::words::Text;
use crate::{NAME, SOURCE, Tables};

/// So long a yes counts.
const VALID: Duration = Duration::from_secs(10 * 60);

/// One turn at the service desk.
pub(crate) struct Visit<'a> {
    pub(crate) desk: &'a dyn ServiceDesk,
    pub(crate) tables: &'a Tables,
    pub(crate) context: &'a TurnContext,
    pub(crate) access: Access,
    pub(crate) profile: &'a Profile,
}

impl<'a> Visit<'a> {
    /// What is found for what was asked.
    pub(crate) async fn answer(&self, asked: Asked) -> Result<Vec<Finding>> {
        match asked {
            Asked::Book(work) => self.book(work).await,
            Asked::Change => self.change().await,
            Asked::Cancel => self.cancel().await,
            Asked::Appointments => self.appointments().await,
            Asked::Status => self.status().await,
            Asked::Due => self.due().await,
            Asked::History => self.history().await,
            Asked::Recalls => self.recalls().await,
            Asked::Warranty => self.warranty().await,
            Asked::HowTo => {
                Ok(vec![remark("I can also do it for you here: say what you need, and when it suits you.")])
            }
            Asked::Nothing => Ok(Vec::new()),
        }
    }

    /// The proposals again, as they were: the answer to them was not understood.
    pub(crate) fn ask_again(&self, verdict: &Verdict) -> Vec<Finding> {
        let own = verdict.actions.iter().filter(|action| action.agent == NAME);
        own.map(|action| Finding::Action(action.now(ActionState::Proposed))).collect()
    }

    fn text(&self) -> Text {
        Text::of(&self.context.turn.text)
    }

    /// The car that is meant: the one whose model, variant or year is named, or the first.
    fn car(&self) -> Option<&'a Vehicle> {
        let text = self.text();
        let named = |vehicle: &&Vehicle| {
            let names = [vehicle.model.to_lowercase(), vehicle.year.to_string(), vehicle.variant.to_lowercase()];
            names.iter().filter(|name| text.has(std::slice::from_ref(name))).count()
        };
        // Of equals the first: `max_by_key` would take the last.
        self.profile.vehicles.iter().rev().max_by_key(named)
    }

    fn car_by_vin(&self, vin: &str) -> Option<&'a Vehicle> {
        self.profile.vehicles.iter().find(|vehicle| vehicle.vin.eq_ignore_ascii_case(vin))
    }

    /// What the desk knows of a car; none when it knows nothing.
    async fn file(&self, vehicle: &Vehicle) -> Result<Option<VehicleFile>> {
        match self.desk.file(&self.access, &Vin::new(vehicle.vin.clone())?).await {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the car reports, if its owner agreed that it is used.
    fn reported(&self) -> Option<&'a VehicleState> {
        self.context.turn.vehicle.as_ref().filter(|_| self.profile.consents.vehicle_data)
    }

    /// The odometer now, or when it was last seen.
    fn odometer_km(&self, vehicle: &Vehicle) -> u32 {
        let same = |state: &&VehicleState| match &state.vin {
            Some(vin) => vin.eq_ignore_ascii_case(&vehicle.vin),
            None => self.profile.vehicles.first() == Some(vehicle),
        };
        let reported = self.reported().filter(same).and_then(|state| state.odometer_km);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the door bounds it: 0 to 5,000,000"
        )]
        let whole = |km: f64| km as u32;
        // An odometer does not run backwards.
        reported.map_or(vehicle.odometer_km, |km| whole(km).max(vehicle.odometer_km))
    }

    fn here(&self) -> Option<Location> {
        self.reported().and_then(|state| state.location)
    }

    /// The dealer for some work on a car; `before` is the one that was proposed or booked.
    async fn place(&self, vehicle: &Vehicle, work: Work, before: Option<&str>) -> Result<Option<Place>> {
        let dealers = self.desk.dealers(&self.profile.market).await?;
        let file = if before.is_none() { self.file(vehicle).await? } else { None };
        let used = file.as_ref().and_then(|file| file.services.first()).map(|past| past.dealer.as_str());
        let here = self.here().filter(|_| before.is_none());
        let clues = Clues { said: &self.context.turn.text, here, last: before.or(used), work };
        Ok(self.tables.towns.choose(&dealers, clues, &self.tables.words))
    }

    fn now(&self, dealer: &Dealer) -> DateTime {
        dealer.local(self.context.turn.received)
    }

    /// Today where the customer's dealers are.
    async fn today(&self) -> Result<Date> {
        let dealers = self.desk.dealers(&self.profile.market).await?;
        let utc = || self.context.turn.received.to_zoned(jiff::tz::TimeZone::UTC).date();
        Ok(dealers.first().map_or_else(utc, |dealer| self.now(dealer).date()))
    }

    fn wish(&self, text: &Text, dealer: &Dealer) -> Wish {
        Wish::read(text, self.now(dealer), &self.tables.words.calendar)
    }

    /// The `number`-th proposal of this turn.
    fn proposal(&self, number: usize, kind: &str, parameters: BTreeMap<String, String>, summary: String) -> Finding {
        let turn = &self.context.turn;
        Finding::Action(Action {
            id: ActionId::of(&turn.id, NAME, number),
            agent: NAME.into(),
            kind: kind.into(),
            parameters,
            summary,
            expires: turn.received.checked_add(VALID).unwrap_or(turn.received),
            state: ActionState::Proposed,
        })
    }

    fn name(&self, vin: &str) -> String {
        self.car_by_vin(vin).map_or_else(|| "car".to_owned(), say::car)
    }
}

/// Words from the service desk that deal with the matter.
fn known(text: impl Into<String>) -> Finding {
    Finding::Statement(Statement { text: text.into(), source: Some(SOURCE.into()), closes: true })
}

/// Words from the service desk to which the library may add.
fn fact(text: impl Into<String>) -> Finding {
    Finding::Statement(Statement { text: text.into(), source: Some(SOURCE.into()), closes: false })
}

/// A question back.
fn question(text: impl Into<String>) -> Finding {
    Finding::Statement(Statement { text: text.into(), source: None, closes: true })
}

/// Words that need no source, to which the library may add.
fn remark(text: impl Into<String>) -> Finding {
    Finding::Statement(Statement { text: text.into(), source: None, closes: false })
}
