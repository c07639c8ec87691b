//! What is known of the customer's own car: service due, work done, recalls and warranty. The library may add to it.

use backoffice::service_desk::{VehicleFile, Work};
use contract::profile::Vehicle;
use contract::{Finding, Result};

use super::propose::{Plan, no_car};
use super::{Visit, fact};
use crate::say;
use crate::upkeep::{Ended, Pressing};
use crate::when::Wish;

/// So many past works are told.
const TOLD: usize = 3;

impl<'a> Visit<'a> {
    /// Says when the next service is due, and proposes it when that is soon.
    pub(super) async fn due(&self) -> Result<Vec<Finding>> {
        let Some((vehicle, file)) = self.car_and_file().await? else { return Ok(vec![no_car()]) };
        let (today, km) = (self.today().await?, self.odometer_km(vehicle));
        let Some(due) = self.tables.upkeep.due(&vehicle.model, &file, km, today) else { return Ok(Vec::new()) };
        let (car, by, at) = (say::car(vehicle), say::date(due.by), say::kilometres(due.at_km));
        let text = match due.state {
            Pressing::Overdue => {
                format!("The service of your {car} is overdue: it was due by {by} or at {at}, whichever came first.")
            }
            Pressing::Soon => {
                format!("The service of your {car} is due soon: by {by} or at {at}, whichever comes first.")
            }
            Pressing::Later => {
                format!("The next service of your {car} is due by {by} or at {at}, whichever comes first.")
            }
        };
        let mut found = vec![fact(format!("{text} Its odometer shows {}.", say::kilometres(km)))];
        if due.state != Pressing::Later {
            found.extend(self.propose_soonest(vehicle, Work::Service).await?);
        }
        Ok(found)
    }

    /// Says what was done.
    pub(super) async fn history(&self) -> Result<Vec<Finding>> {
        let Some((vehicle, file)) = self.car_and_file().await? else { return Ok(vec![no_car()]) };
        let car = say::car(vehicle);
        if file.services.is_empty() {
            return Ok(vec![fact(format!("The service desk knows of no work on your {car} so far."))]);
        }
        let told = file.services.iter().take(TOLD).map(|past| {
            let what = past.summary.trim_end_matches('.');
            format!("{} at {}: {what}.", say::date(past.on), say::kilometres(past.odometer_km))
        });
        Ok(vec![fact(format!("The last work on your {car}: {}", told.collect::<Vec<_>>().join(" ")))])
    }

    /// Says which recalls are open, one that forbids driving first, and proposes the repair of another.
    pub(super) async fn recalls(&self) -> Result<Vec<Finding>> {
        let Some((vehicle, file)) = self.car_and_file().await? else { return Ok(vec![no_car()]) };
        let (car, words) = (say::car(vehicle), &self.tables.upkeep.recalls);
        let mut open: Vec<_> = file.recalls.iter().collect();
        open.sort_by_key(|recall| !recall.do_not_drive);
        if open.is_empty() {
            return Ok(vec![fact(format!("There is no open recall for your {car} today."))]);
        }
        let told = open.iter().map(|recall| {
            let (number, what) = (&recall.number, &recall.summary);
            if recall.do_not_drive {
                format!("Do not drive your {car}: recall {number} is open. {what} {} {}", words.assist, words.free)
            } else {
                format!("Recall {number} is open for your {car}: {} {}", lower_first(what), words.free)
            }
        });
        let mut found = vec![fact(told.collect::<Vec<_>>().join(" "))];
        // A car that must not be driven is not brought: it is collected.
        if !open.iter().any(|recall| recall.do_not_drive) {
            found.extend(self.propose_soonest(vehicle, Work::Recall).await?);
        }
        Ok(found)
    }

    /// Says whether the warranties still run.
    pub(super) async fn warranty(&self) -> Result<Vec<Finding>> {
        let Some((vehicle, file)) = self.car_and_file().await? else { return Ok(vec![no_car()]) };
        let (today, km, car) = (self.today().await?, self.odometer_km(vehicle), say::car(vehicle));
        let told = self.tables.upkeep.covers(file.registered, km, today).map(|cover| {
            let (name, until, limit) = (cover.name, say::date(cover.until), say::kilometres(cover.km));
            match cover.ended {
                None => format!("The {name} of your {car} runs until {until} or {limit}, whichever comes first."),
                Some(Ended::Time) => format!("The {name} of your {car} ended on {until}."),
                Some(Ended::Distance) => format!("The {name} of your {car} ended at {limit}."),
            }
        });
        let told = told.collect::<Vec<_>>().join(" ");
        let registered = say::date(file.registered);
        Ok(vec![fact(format!(
            "{told} It was first registered on {registered} and its odometer shows {}.",
            say::kilometres(km)
        ))])
    }

    async fn propose_soonest(&self, vehicle: &'a Vehicle, work: Work) -> Result<Vec<Finding>> {
        let booked = self.desk.appointments(&self.access).await?;
        let same = |order: &backoffice::service_desk::Order| order.work == work && order.vin.as_str() == vehicle.vin;
        if booked.iter().any(|appointment| same(&appointment.order)) {
            return Ok(Vec::new());
        }
        let Some(place) = self.place(vehicle, work, None).await? else { return Ok(Vec::new()) };
        let (dealer, note) = (place.dealer, String::new());
        let plan = Plan { vehicle, work, dealer, wish: Wish::default(), old: None, moved: None, note, is_told: true };
        let proposed = self.propose(0, &plan, None).await?;
        // The facts come first and the library may add to them: the alternatives can wait until they are asked for.
        Ok(proposed.into_iter().filter(|finding| matches!(finding, Finding::Action(_))).collect())
    }

    async fn car_and_file(&self) -> Result<Option<(&'a Vehicle, VehicleFile)>> {
        let Some(vehicle) = self.car() else { return Ok(None) };
        Ok(self.file(vehicle).await?.map(|file| (vehicle, file)))
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
