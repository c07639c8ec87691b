//! How days, times, cars and distances are said.

use backoffice::service_desk::{Appointment, Work};
use contract::profile::Vehicle;
use jiff::civil::{Date, DateTime};

/// "Tuesday 8 December", with the year when it is another one.
pub(crate) fn day(day: Date, today: Date) -> String {
    let format = if day.year() == today.year() { "%A %-d %B" } else { "%A %-d %B %Y" };
    day.strftime(format).to_string()
}

/// "18 March 2027".
pub(crate) fn date(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// "Tuesday 8 December at 9:00".
pub(crate) fn moment(at: DateTime, today: Date) -> String {
    format!("{} at {}", day(at.date(), today), at.strftime("%-H:%M"))
}

/// "2025 Veldra Lumen".
pub(crate) fn car(vehicle: &Vehicle) -> String {
    format!("{} Veldra {}", vehicle.year, vehicle.model)
}

/// "18,200 km".
pub(crate) fn kilometres(km: u32) -> String {
    match (km / 1_000, km % 1_000) {
        (0, below) => format!("{below} km"),
        (thousands, below) => format!("{thousands},{below:03} km"),
    }
}

/// What is done, as a thing: "service".
pub(crate) fn work(work: Work) -> &'static str {
    match work {
        Work::Service => "service",
        Work::Repair => "repair",
        Work::Tyres => "wheel and tyre appointment",
        Work::Recall => "recall repair",
        Work::Inspection => "inspection",
    }
}

/// The same with its article: "a service".
pub(crate) fn a_work(kind: Work) -> String {
    let article = if kind == Work::Inspection { "an" } else { "a" };
    format!("{article} {}", work(kind))
}

/// "the service at Veldra Centre Leeds on Tuesday 8 December at 9:00".
pub(crate) fn appointment(appointment: &Appointment, today: Date) -> String {
    let order = &appointment.order;
    format!("the {} at {} on {}", work(order.work), appointment.dealer_name, moment(order.slot.at, today))
}

/// "a", "a and b", "a, b and c".
pub(crate) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_distances_are_said_as_people_say_them() {
        let at: DateTime = "2026-12-08T09:00".parse().unwrap();
        let this_year: Date = "2026-11-28".parse().unwrap();
        let last_year: Date = "2025-11-28".parse().unwrap();
        assert_eq!(moment(at, this_year), "Tuesday 8 December at 9:00");
        assert_eq!(moment(at, last_year), "Tuesday 8 December 2026 at 9:00");
        assert_eq!([kilometres(900), kilometres(18_200), kilometres(121_005)], ["900 km", "18,200 km", "121,005 km"]);
        assert_eq!(list(&["a", "b", "c"].map(String::from)), "a, b and c");
    }
}
