//! When a car's next service is due and how long its warranties run: whichever comes first, by date and odometer.

use backoffice::service_desk::{VehicleFile, Work};
use contract::{Error, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

/// The terms of `data/upkeep.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upkeep {
    interval: Vec<Interval>,
    warranty: Vec<Term>,
    pub(crate) appointments: AppointmentRules,
    pub(crate) recalls: RecallWords,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Interval {
    model: String,
    months: i64,
    km: u32,
    soon_days: i64,
    soon_km: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    name: String,
    months: i64,
    km: u32,
}

/// What the house allows with appointments.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppointmentRules {
    /// Later than so many hours before it, an appointment is moved by telephone only.
    pub(crate) change_until_hours: i64,
    /// So often it can be moved.
    pub(crate) most_moves: u32,
    /// Where it is done by telephone.
    pub(crate) phone: String,
    /// What a late cancellation costs.
    pub(crate) late: String,
}

/// What is said of every recall.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecallWords {
    pub(crate) assist: String,
    pub(crate) free: String,
}

/// When the next service is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    /// By this day.
    pub(crate) by: Date,
    /// Or at so many kilometres.
    pub(crate) at_km: u32,
    /// How pressing it is.
    pub(crate) state: Pressing,
}

/// How pressing a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressing {
    /// Not yet.
    Later,
    /// The car would say so by now.
    Soon,
    /// It should have been done.
    Overdue,
}

/// One warranty of a car.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cover {
    /// What it is called.
    pub(crate) name: String,
    /// Until this day.
    pub(crate) until: Date,
    /// Or so many kilometres.
    pub(crate) km: u32,
    /// What ended it, if it has.
    pub(crate) ended: Option<Ended>,
}

/// What ended a warranty first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its time was up.
    Time,
    /// The car has been driven further.
    Distance,
}

impl Upkeep {
    /// The terms that ship with the product.
    ///
    /// # Errors
    /// `Invalid` when the file is broken.
    pub(crate) fn shipped() -> Result<Self> {
        toml::from_str(include_str!("../data/upkeep.toml"))
            .map_err(|cause| Error::invalid("upkeep.toml", cause.to_string()).hint("see agents/servicing/data"))
    }

    /// When the next service is due; none for a model that nobody knows.
    pub(crate) fn due(&self, model: &str, file: &VehicleFile, odometer_km: u32, today: Date) -> Option<Due> {
        let interval = self.interval.iter().find(|interval| interval.model == model)?;
        let last = file.services.iter().find(|past| past.work == Work::Service);
        let (since, from_km) = last.map_or((file.registered, 0), |past| (past.on, past.odometer_km));
        let (by, at_km) = (since.saturating_add(interval.months.months()), from_km.saturating_add(interval.km));
        let state = if today > by || odometer_km > at_km {
            Pressing::Overdue
        } else if today >= by.saturating_sub(interval.soon_days.days()) || odometer_km + interval.soon_km >= at_km {
            Pressing::Soon
        } else {
            Pressing::Later
        };
        Some(Due { by, at_km, state })
    }

    /// The warranties of a car, whether they still run or not.
    pub(crate) fn covers(&self, registered: Date, odometer_km: u32, today: Date) -> impl Iterator<Item = Cover> {
        self.warranty.iter().map(move |term| {
            let until = registered.saturating_add(term.months.months());
            let ended =
                if today > until { Some(Ended::Time) } else { (odometer_km > term.km).then_some(Ended::Distance) };
            Cover { name: term.name.clone(), until, km: term.km, ended }
        })
    }
}

#[cfg(test)]
mod tests {
    use backoffice::service_desk::PastService;
    use contract::Vin;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn file(services: &[(&str, u32, Work)]) -> VehicleFile {
        let past = |(on, odometer_km, work): &(&str, u32, Work)| PastService {
            on: day(on),
            odometer_km: *odometer_km,
            work: *work,
            dealer: "leeds".into(),
            summary: "Done.".into(),
        };
        VehicleFile {
            vin: Vin::new("VDRLE52K1SA000117").unwrap(),
            registered: day("2025-03-18"),
            services: services.iter().map(past).collect(),
            recalls: Vec::new(),
        }
    }

    #[test]
    fn whichever_comes_first_counts_from_the_last_service() {
        let upkeep = Upkeep::shipped().unwrap();
        let state =
            |model: &str, services: &[_], km, today| upkeep.due(model, &file(services), km, day(today)).unwrap();
        let new = state("Lumen", &[], 18_200, "2026-11-28");
        assert_eq!((new.by, new.at_km, new.state), (day("2027-03-18"), 30_000, Pressing::Later));
        let checked = [("2026-09-14", 16_900, Work::Inspection)];
        assert_eq!(state("Lumen", &checked, 18_200, "2026-11-28").by, day("2027-03-18"), "a check is no service");
        let serviced = [("2026-10-01", 26_000, Work::Service)];
        let next = state("Lumen", &serviced, 27_000, "2026-11-28");
        assert_eq!((next.by, next.at_km), (day("2028-10-01"), 56_000));
        assert_eq!(state("Lumen", &[], 30_001, "2026-11-28").state, Pressing::Overdue);
        assert_eq!(state("Lumen", &[], 28_500, "2026-11-28").state, Pressing::Soon);
        assert_eq!(state("Lumen", &[], 100, "2027-02-20").state, Pressing::Soon);
        assert_eq!(state("Lumen", &[], 100, "2027-03-19").state, Pressing::Overdue);
        assert_eq!(state("Corran", &[], 100, "2026-03-19").state, Pressing::Overdue);
        assert_eq!(upkeep.due("Kestrel", &file(&[]), 0, day("2026-11-28")), None);
    }

    #[test]
    fn a_warranty_ends_by_time_or_by_distance() {
        let upkeep = Upkeep::shipped().unwrap();
        let ended = |km, today| upkeep.covers(day("2022-05-20"), km, day(today)).map(|c| c.ended).collect::<Vec<_>>();
        assert_eq!(ended(74_100, "2026-05-20"), [None, None]);
        assert_eq!(ended(74_100, "2026-05-21"), [Some(Ended::Time), None]);
        assert_eq!(ended(100_001, "2024-01-01"), [Some(Ended::Distance), None]);
        assert_eq!(ended(160_001, "2031-01-01"), [Some(Ended::Time), Some(Ended::Time)]);
    }

    #[test]
    fn the_terms_are_those_of_the_library() {
        let manuals = concat!(env!("CARGO_MANIFEST_DIR"), "/../../knowledge/manuals/");
        let said = |file: &str, text: &str| {
            assert!(std::fs::read_to_string(format!("{manuals}{file}")).unwrap().contains(text), "{file}: {text}");
        };
        said("corran/service.md", "needs a service every year or every 15,000 km");
        said("corran/service.md", "30 days or 1,500 km before");
        said("lumen/maintenance-and-service.md", "needs a service every 2 years or 30,000 km");
        said("policy/warranty.md", "vehicle warranty lasts 4 years or 100,000 km");
        said("policy/warranty.md", "traction battery lasts 8 years or 160,000 km");
        let rules = Upkeep::shipped().unwrap().appointments;
        said("faq/service-appointments.md", &format!("until {} hours before it starts", rules.change_until_hours));
        said("faq/service-appointments.md", &format!("moved up to {} times", rules.most_moves));
        said("faq/service-appointments.md", "Veldra charges £25 (€30)");
        said("faq/service-appointments.md", "can only be changed by phone");
        said("faq/service-appointments.md", &rules.phone);
        said("faq/recall.md", "call Veldra Assist on +44 1632 960100");
        said("faq/recall.md", "collects a car with a \"Do not drive\" recall free of charge");
    }
}
