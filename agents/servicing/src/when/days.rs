//! Reads days: "tomorrow", "next Tuesday", "on 8 December", "2026-12-08", "next week", "in two weeks", "any day but Friday".

use jiff::ToSpan;
use jiff::civil::Date;

use super::Wish;
use crate::words::{CalendarWords, Text};

/// Adds what the text says of days.
pub(super) fn read(wish: &mut Wish, text: &Text, today: Date, words: &CalendarWords) {
    let reader = Reader { text, today, words };
    for place in 0..text.words().len() {
        if wish.days.is_none() {
            wish.days = reader.day(place).map(|day| (day, day)).or_else(|| reader.span(place));
        }
        if let Some(weekday) = index_of(text.at(place), &words.weekdays) {
            reader.weekday(wish, place, weekday);
        }
        wish.by_days = wish.by_days.or_else(|| reader.distance(place, "by"));
    }
    wish.only.dedup();
    if wish.days.is_none() && !wish.only.is_empty() {
        // The coming ones: on a Friday, "on Friday" is a week away.
        wish.days = Some((plus(today, 1), plus(today, 7)));
    }
}

struct Reader<'a> {
    text: &'a Text,
    today: Date,
    words: &'a CalendarWords,
}

impl Reader<'_> {
    /// A day of the week, wished or ruled out.
    fn weekday(&self, wish: &mut Wish, place: usize, weekday: i8) {
        let before = |back| self.text.before(place, back).to_owned();
        if self.words.not.contains(&before(1)) || (before(1) == "on" && self.words.not.contains(&before(2))) {
            wish.not.push(weekday);
            return;
        }
        wish.only.push(weekday);
        if before(1) == "next" && wish.days.is_none() {
            wish.days = Some(self.week(1));
        }
    }

    /// One day that is named at a place.
    fn day(&self, place: usize) -> Option<Date> {
        let word = self.text.at(place);
        match word {
            "today" | "tonight" => return Some(self.today),
            "tomorrow" => {
                let after = self.text.before(place, 1) == "after" && self.text.before(place, 2) == "day";
                return Some(plus(self.today, if after { 2 } else { 1 }));
            }
            _ => {}
        }
        let iso = || word.parse::<Date>().ok().filter(|_| word.len() == 10);
        iso()
            .or_else(|| self.in_figures(word))
            .or_else(|| self.with_month(place))
            .or_else(|| self.of_the_month(place))
            .or_else(|| self.in_some_days(place))
    }

    /// "8/12", "8.12.2026": the day first, as in all markets.
    fn in_figures(&self, word: &str) -> Option<Date> {
        let mut parts = word.split(['/', '.']).map(str::parse::<i16>);
        let (day, month) = (parts.next()?.ok()?, parts.next()?.ok()?);
        let year = parts.next().map(|year| year.ok().map(|year| if year < 100 { year + 2_000 } else { year }));
        // "9.30" is a time: there is no thirtieth month. "9.10" may be either; with a dot a day needs its year.
        if year.is_none() && !word.contains('/') {
            return None;
        }
        self.date(i8::try_from(day).ok()?, i8::try_from(month).ok()?, year.flatten())
    }

    /// "8 December", "8th of December 2026", "December 8".
    fn with_month(&self, place: usize) -> Option<Date> {
        let month = index_of(self.text.at(place), &self.words.months)?;
        let of = usize::from(self.text.before(place, 1) == "of");
        let year = |place: usize| self.text.at(place).parse::<i16>().ok().filter(|year| *year > 2_000);
        match day_number(self.text.before(place, 1 + of)) {
            Some(day) => self.date(day, month, year(place + 1)),
            None => self.date(day_number(self.text.at(place + 1))?, month, year(place + 2)),
        }
    }

    /// "the 14th": the next day with that number.
    fn of_the_month(&self, place: usize) -> Option<Date> {
        let word = self.text.at(place);
        let day = day_number(word).filter(|_| word.ends_with(char::is_alphabetic))?;
        let of = usize::from(self.text.at(place + 1) == "of");
        if index_of(self.text.at(place + 1 + of), &self.words.months).is_some() {
            return None;
        }
        let months = (0..12).filter_map(|ahead| self.today.first_of_month().checked_add(ahead.months()).ok());
        months.filter_map(|first| first.with().day(day).build().ok()).find(|date| *date >= self.today)
    }

    /// "in three days".
    fn in_some_days(&self, place: usize) -> Option<Date> {
        let unit = self.text.at(place + 2);
        if unit.starts_with("day") { self.distance(place, "in").map(|days| plus(self.today, days)) } else { None }
    }

    /// Several days that are named at a place.
    fn span(&self, place: usize) -> Option<(Date, Date)> {
        let before = |back| self.text.before(place, back);
        match self.text.at(place) {
            "week" if before(1) == "next" => Some(self.week(if before(2) == "after" { 2 } else { 1 })),
            "week" if before(1) == "this" => Some((self.today, self.week(0).1)),
            "week" if before(1) == "the" && self.text.at(place + 1) == "after" => Some(self.week(2)),
            "weekend" => Some((plus(self.week(0).0, 5), self.week(0).1)),
            "month" if before(1) == "next" => self.month(self.today.last_of_month().tomorrow().ok()?, place),
            "month" if before(1) == "this" => Some((self.today, self.today.last_of_month())),
            "in" if self.text.at(place + 2).starts_with("week") => {
                let first = plus(self.today, self.distance(place, "in")?);
                Some((first, plus(first, 4)))
            }
            word => {
                let month = index_of(word, &self.words.months)?;
                let said = matches!(before(1), "in" | "of" | "next" | "mid" | "during");
                if said { self.month(self.date(1, month, None)?, place) } else { None }
            }
        }
    }

    /// A month, or the end or the beginning of it.
    fn month(&self, first: Date, place: usize) -> Option<(Date, Date)> {
        let first = first.first_of_month();
        match (2..=3)
            .map(|back| self.text.before(place, back))
            .find(|word| matches!(*word, "end" | "beginning" | "start"))
        {
            Some("end") => Some((first.with().day(21).build().ok()?, first.last_of_month())),
            Some(_) => Some((first, first.with().day(10).build().ok()?)),
            None => Some((first.max(self.today), first.last_of_month())),
        }
    }

    /// Monday to Sunday of this week, the next, and so on.
    fn week(&self, ahead: i64) -> (Date, Date) {
        let since_monday = i64::from(self.today.weekday().to_monday_zero_offset());
        let monday = plus(self.today, ahead * 7 - since_monday);
        (monday, plus(monday, 6))
    }

    /// "by two days", "in a week": how many days.
    fn distance(&self, place: usize, with: &str) -> Option<i64> {
        if self.text.at(place) != with {
            return None;
        }
        let amount = match self.text.at(place + 1) {
            "a" | "an" => 1,
            word => {
                let spelt = self.words.numbers.iter().position(|number| number == word);
                spelt.and_then(|number| i64::try_from(number).ok()).or_else(|| word.parse().ok())?
            }
        };
        match self.text.at(place + 2) {
            "day" | "days" if amount <= 365 => Some(amount),
            "week" | "weeks" | "weeks'" if amount <= 52 => Some(amount * 7),
            _ => None,
        }
    }

    /// A date; without a year the next one. A day of this very month that is over is one: it can be said that it is.
    fn date(&self, day: i8, month: i8, year: Option<i16>) -> Option<Date> {
        let this = year.unwrap_or(self.today.year());
        let found = Date::new(this, month, day).ok();
        match (year, found) {
            (None, Some(date)) if date < self.today.first_of_month() => {
                Date::new(this.checked_add(1)?, month, day).ok()
            }
            (_, found) => found,
        }
    }
}

/// "8", "8th", "21st".
fn day_number(word: &str) -> Option<i8> {
    let figures = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    figures.parse().ok().filter(|day| (1..=31).contains(day))
}

/// The place in a list, counted from one.
fn index_of(word: &str, lists: &[Vec<String>]) -> Option<i8> {
    let index = lists.iter().position(|names| names.iter().any(|name| name == word))?;
    i8::try_from(index + 1).ok()
}

fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}
