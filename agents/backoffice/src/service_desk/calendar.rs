//! Which slots a dealer has at all: its hours cut into a grid. Whether one is free is for the store to say.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::{Dealer, Work};

/// So many days ahead slots are given at most.
pub const HORIZON_DAYS: i32 = 180;

impl Dealer {
    /// The moment as the clock on the dealer's wall shows it; in UTC when nobody knows its time zone.
    pub fn local(&self, now: Timestamp) -> DateTime {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC).to_datetime(now)
    }

    /// Whether it does such work.
    pub fn does(&self, work: Work) -> bool {
        self.work.contains(&work)
    }

    /// All slots from one moment to another, both included, that are still to come and not too far ahead; soonest first.
    pub fn slots(&self, from: DateTime, until: DateTime, now: Timestamp) -> impl Iterator<Item = DateTime> {
        let now = self.local(now);
        let latest = now.checked_add(Span::new().days(HORIZON_DAYS)).unwrap_or(DateTime::MAX);
        let (first, last) = (from.max(now), until.min(latest));
        let days = first.date().series(Span::new().days(1)).take_while(move |day| *day <= last.date());
        days.flat_map(|day| self.slots_of(day)).filter(move |at| *at > now && *at >= first && *at <= last)
    }

    /// Whether a car can be brought at this very moment, when nobody else is.
    pub fn has_slot(&self, at: DateTime, now: Timestamp) -> bool {
        self.slots(at, at, now).next().is_some()
    }

    fn slots_of(&self, day: Date) -> Vec<DateTime> {
        let weekday = day.weekday().to_monday_one_offset();
        if self.closed.contains(&day) || self.grid_minutes == 0 {
            return Vec::new();
        }
        let open = self.hours.iter().filter(|hours| (hours.days.0..=hours.days.1).contains(&weekday));
        let step = Span::new().minutes(i64::from(self.grid_minutes));
        let mut slots: Vec<DateTime> = open
            .flat_map(|hours| {
                day.to_datetime(hours.opens).series(step).take_while(|at| *at < day.to_datetime(hours.closes))
            })
            .collect();
        slots.sort_unstable();
        slots
    }
}

#[cfg(test)]
mod tests {
    use contract::turn::Location;

    use super::*;
    use crate::service_desk::Hours;

    fn dealer() -> Dealer {
        let time = |text: &str| text.parse().unwrap();
        Dealer {
            id: "test".into(),
            name: "Veldra Centre Test".into(),
            town: "Test".into(),
            address: "1 Test Street".into(),
            phone: "+44 1632 960000".into(),
            market: "uk".into(),
            location: Location { lat: 0.0, lon: 0.0 },
            work: vec![Work::Service],
            time_zone: "Europe/Berlin".into(),
            hours: vec![
                Hours { days: (1, 5), opens: time("08:00"), closes: time("10:00") },
                Hours { days: (6, 6), opens: time("09:00"), closes: time("10:00") },
            ],
            closed: vec!["2026-12-08".parse().unwrap()],
            grid_minutes: 60,
            bays: 1,
        }
    }

    fn slots(from: &str, until: &str, now: &str) -> Vec<String> {
        let slots = dealer();
        let slots = slots.slots(from.parse().unwrap(), until.parse().unwrap(), now.parse().unwrap());
        slots.map(|at| at.strftime("%d %H:%M").to_string()).collect()
    }

    #[test]
    fn slots_follow_the_hours_and_leave_out_what_is_closed_or_past() {
        let week = slots("2026-12-04T00:00", "2026-12-09T23:00", "2026-12-04T07:00:00Z");
        // It is 8:00 in Berlin on Friday the 4th; Sunday the 6th has no hours and Tuesday the 8th is closed.
        assert_eq!(week, ["04 09:00", "05 09:00", "07 08:00", "07 09:00", "09 08:00", "09 09:00"]);
        assert_eq!(slots("2026-12-07T08:30", "2026-12-07T09:00", "2026-12-04T07:00:00Z"), ["07 09:00"]);
        assert!(slots("2026-12-07T10:00", "2026-12-07T09:00", "2026-12-04T07:00:00Z").is_empty());
    }

    #[test]
    fn nothing_is_given_too_far_ahead_and_no_span_of_time_breaks_it() {
        let now = "2026-12-04T07:00:00Z";
        assert!(slots("2027-12-01T00:00", "2027-12-31T00:00", now).is_empty());
        let all = slots("-009999-01-01T00:00", "9999-12-31T23:59", now);
        assert!(all.len() > 200 && all.len() < 400, "{}", all.len());
    }
}
