//! Weeks as ISO 8601 counts them, in UTC.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use contract::{Error, Result};
use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use learning::Hour;

/// Hours of a week.
pub const HOURS: i64 = 7 * 24;

/// A week, from Monday to Sunday: `2026-W48`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Week(Date);

impl Week {
    /// The week in which that was.
    pub fn of(at: Timestamp) -> Self {
        let date = at.to_zoned(TimeZone::UTC).date();
        let monday = date.weekday().since(Weekday::Monday);
        Self(date.saturating_sub(i64::from(monday).days()))
    }

    /// Its Monday.
    pub fn monday(self) -> Date {
        self.0
    }

    /// Its Sunday.
    pub fn sunday(self) -> Date {
        self.0.saturating_add(6.days())
    }

    /// Its hours.
    pub fn hours(self) -> Range<Hour> {
        let begins = self.0.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |monday| monday.timestamp());
        let first = Hour::of(begins);
        first..Hour(first.0 + HOURS)
    }
}

impl fmt::Display for Week {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let week = self.0.iso_week_date();
        write!(out, "{:04}-W{:02}", week.year(), week.week())
    }
}

impl FromStr for Week {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = || Error::invalid("week", format!("{text:?} is not a week")).hint("send a week such as 2026-W48");
        let (year, week) =
            text.split_once("-W").filter(|(year, week)| year.len() == 4 && week.len() == 2).ok_or_else(invalid)?;
        let (year, week) = (year.parse().map_err(|_| invalid())?, week.parse().map_err(|_| invalid())?);
        let date = ISOWeekDate::new(year, week, Weekday::Monday).map_err(|_| invalid())?;
        Ok(Self(date.date()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_those_of_iso_8601() {
        for (at, week, monday) in [
            ("2026-11-28T12:00:00Z", "2026-W48", "2026-11-23"),
            ("2026-11-22T23:59:59Z", "2026-W47", "2026-11-16"),
            ("2027-01-01T00:00:00Z", "2026-W53", "2026-12-28"),
        ] {
            let found = Week::of(at.parse().unwrap());
            assert_eq!((found.to_string().as_str(), found.monday().to_string().as_str()), (week, monday));
            assert_eq!(week.parse::<Week>().unwrap(), found);
            assert!(found.hours().contains(&Hour::of(at.parse().unwrap())));
        }
        for bad in ["", "2026-48", "2026-W54", "2025-W53", "26-W01", "2026-Wx1", "2026-W1"] {
            assert!(bad.parse::<Week>().is_err(), "{bad}");
        }
    }
}
