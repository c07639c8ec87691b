//! Reads when a customer would like to come: days, hours, "later" and "not on Wednesday", relative to the moment they speak.

mod days;
mod hours;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

use crate::words::{CalendarWords, Text};

/// When a customer would like to come. Empty: they did not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The first and the last day.
    pub(crate) days: Option<(Date, Date)>,
    /// On these days of the week only, Monday as 1; empty: any.
    pub(crate) only: Vec<i8>,
    /// Not on these.
    pub(crate) not: Vec<i8>,
    /// Not before, and before.
    pub(crate) hours: Option<(Time, Time)>,
    /// At this time, or as close to it as possible.
    pub(crate) at: Option<Time>,
    /// Compared with what was proposed or booked.
    pub(crate) shift: Option<Shift>,
    /// By so many days, with a shift.
    pub(crate) by_days: Option<i64>,
}

/// How it should differ from what was proposed or booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shift {
    /// Later than that.
    Later,
    /// Earlier than that.
    Earlier,
    /// On another day.
    OtherDay,
}

impl Wish {
    /// What the text says.
    pub(crate) fn read(text: &Text, now: DateTime, words: &CalendarWords) -> Self {
        let shift =
            [(&words.other_day, Shift::OtherDay), (&words.earlier, Shift::Earlier), (&words.later, Shift::Later)];
        let shift = shift.into_iter().find(|(phrases, _)| text.has(phrases)).map(|(_, shift)| shift);
        let mut wish = Self { shift, ..Self::default() };
        days::read(&mut wish, text, now.date(), words);
        hours::read(&mut wish, text, words);
        wish
    }

    /// Whether nothing was said.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a moment is as wished, the exact time apart.
    pub(crate) fn allows(&self, at: DateTime) -> bool {
        self.allows_day(at.date()) && self.hours.is_none_or(|(from, until)| at.time() >= from && at.time() < until)
    }

    fn allows_day(&self, day: Date) -> bool {
        let weekday = day.weekday().to_monday_one_offset();
        self.days.is_none_or(|(first, last)| day >= first && day <= last)
            && (self.only.is_empty() || self.only.contains(&weekday))
            && !self.not.contains(&weekday)
    }

    /// The wish of somebody to whom `old` was proposed, or who has booked it: what they did not say stays as it was.
    pub(crate) fn instead_of(mut self, old: DateTime) -> Self {
        let sign = if self.shift == Some(Shift::Earlier) { -1 } else { 1 };
        if let Some(days) = self.by_days.take() {
            let day = old.date().saturating_add((days * sign).days());
            self.days = Some((day, day));
        }
        if self.days.is_none()
            && self.only.is_empty()
            && self.shift.is_none()
            && (self.at.is_some() || self.hours.is_some())
        {
            self.days = Some((old.date(), old.date()));
        }
        let says_day = self.days.is_some() || !self.only.is_empty();
        if self.at.is_none() && self.hours.is_none() && (says_day || self.shift == Some(Shift::OtherDay)) {
            self.at = Some(old.time());
        }
        self
    }
}

#[cfg(test)]
mod tests;
