//! What time a board shows: the last hours, or from one time until another.

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use boards::draw::Size;
use contract::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::doors::error::Problem;

/// Hours that are shown when nobody says.
const HOURS: u32 = 3;
/// Most hours: four weeks.
const MOST_HOURS: u32 = 24 * 28;
/// Lengths of periods, in seconds, one of which is chosen when nobody says.
const PERIODS: [u64; 5] = [60, 300, 900, 3_600, 21_600];
/// So many periods can be told apart in a chart.
const MANY: u64 = 360;

/// What time is shown, and how large.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Span {
    /// The last so many hours, 1 to 672; 3 when nothing is said.
    #[param(minimum = 1, maximum = 672)]
    hours: Option<u32>,
    /// From when on, instead of `hours`.
    from: Option<Timestamp>,
    /// Until when; now when nothing is said.
    until: Option<Timestamp>,
    /// Seconds of a period, whole minutes; chosen by the span when nothing is said.
    #[param(minimum = 60, maximum = 86400, multiple_of = 60)]
    period_s: Option<u64>,
    /// Width of the picture in pixels, with `height`.
    #[param(minimum = 240, maximum = 2400)]
    width: Option<u32>,
    /// Height of the picture in pixels, with `width`.
    #[param(minimum = 140, maximum = 1600)]
    height: Option<u32>,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub(super) span: (Timestamp, Timestamp),
    pub(super) period: Duration,
}

impl Span {
    /// What is looked at, now.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub(super) fn look(&self, now: Timestamp) -> Result<Look> {
        let hours = self.hours.unwrap_or(HOURS);
        if !(1..=MOST_HOURS).contains(&hours) {
            return Err(Error::invalid("hours", format!("{hours} hours are not shown")).hint("send 1 to 672"));
        }
        let until = self.until.unwrap_or(now);
        let back = SignedDuration::from_hours(i64::from(hours));
        let from = match self.from {
            Some(_) if self.hours.is_some() => {
                return Err(
                    Error::invalid("from", "a span is the last hours, or from a time on").hint("leave out one of them")
                );
            }
            Some(from) => from,
            None => until.checked_sub(back).map_err(|_| Error::invalid("until", "there is no time so early"))?,
        };
        let seconds = until.as_second().saturating_sub(from.as_second());
        let Some(seconds) = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0) else {
            return Err(Error::invalid("until", "the span ends before it begins").hint("until lies behind from"));
        };
        let chosen = PERIODS.into_iter().find(|period| seconds / period <= MANY).unwrap_or(PERIODS[PERIODS.len() - 1]);
        let period = self.period_s.unwrap_or(chosen);
        if !(60..=86_400).contains(&period) || !period.is_multiple_of(60) {
            let error = Error::invalid("period_s", format!("periods of {period} seconds are not kept"));
            return Err(error.hint("send whole minutes: 60, 300, 3600, up to 86400"));
        }
        Ok(Look { span: (from, until), period: Duration::from_secs(period) })
    }

    /// The size of a picture, where it is said.
    pub(super) fn size(&self) -> Option<Size> {
        Some(Size { width: self.width?, height: self.height? })
    }
}

/// A query that cannot be read.
pub(super) fn no_query(rejection: &QueryRejection) -> Problem {
    let hint = "send hours, or from and until (RFC 3339), and period_s, width, height if you like";
    Problem::protocol(StatusCode::BAD_REQUEST, rejection.body_text(), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Span = Span { hours: None, from: None, until: None, period_s: None, width: None, height: None };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_last_three_hours_by_the_minute_are_shown_when_nothing_is_said() {
        let look = NOTHING.look(at(100_000)).unwrap();
        assert_eq!(look, Look { span: (at(100_000 - 3 * 3_600), at(100_000)), period: Duration::from_secs(60) });
        let day = Span { hours: Some(24), ..NOTHING }.look(at(100_000)).unwrap();
        assert_eq!(day.period, Duration::from_secs(300));
    }

    #[test]
    fn what_cannot_be_shown_names_its_field() {
        let field = |span: Span| span.look(at(1_000)).unwrap_err().field.unwrap();
        assert_eq!(field(Span { hours: Some(0), ..NOTHING }), "hours");
        assert_eq!(field(Span { hours: Some(1), from: Some(at(0)), ..NOTHING }), "from");
        assert_eq!(field(Span { from: Some(at(1_000)), ..NOTHING }), "until");
        assert_eq!(field(Span { until: Some(Timestamp::MIN), ..NOTHING }), "until");
        assert_eq!(field(Span { period_s: Some(90), ..NOTHING }), "period_s");
        assert_eq!(field(Span { period_s: Some(0), ..NOTHING }), "period_s");
    }
}
