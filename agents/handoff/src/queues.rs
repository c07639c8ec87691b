//! The queues of people: who is there when, and how long one waits, from `data/queues.toml`.

use contract::{Error, Result};
use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

/// Past this many days nobody is looked for any more: a queue that never opens says nothing of when.
const LOOKED_AHEAD: i64 = 14;

/// The queues of people.
#[derive(Debug, Clone)]
pub struct Queues {
    queues: Vec<Queue>,
    otherwise: Queue,
    zone: TimeZone,
    zone_name: String,
    closed: Vec<(i8, i8)>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Queue {
    name: String,
    people: u32,
    minutes: u32,
    #[serde(default)]
    hours: Vec<Hours>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    days: Vec<Day>,
    from: Time,
    to: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// The shape of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    otherwise: String,
    zone: Zone,
    closed: Vec<String>,
    #[serde(rename = "queue")]
    queues: Vec<Queue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Zone {
    name: String,
    posix: String,
}

impl Queues {
    /// Those of the product.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn shipped() -> Result<Self> {
        Self::parse(include_str!("../data/queues.toml"))
    }

    /// Those of a text in the shape of `data/queues.toml`.
    ///
    /// # Errors
    /// `Invalid` when it is not of that shape, a time zone or a day is none, two queues share a name, or `otherwise` is none.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |message: String| Error::invalid("queues.toml", message);
        let File { otherwise, zone, closed, queues } =
            toml::from_str(text).map_err(|cause| wrong(cause.to_string()))?;
        if let Some(twice) =
            queues.iter().enumerate().find(|(n, queue)| queues[..*n].iter().any(|q| q.name == queue.name))
        {
            return Err(wrong(format!("two queues are called {:?}", twice.1.name)));
        }
        let found = queues.iter().find(|queue| queue.name == otherwise).cloned();
        let otherwise = found.ok_or_else(|| wrong(format!("{otherwise:?} is no queue")))?;
        let posix = TimeZone::posix(&zone.posix).map_err(|cause| wrong(cause.to_string()))?;
        let closed = closed.iter().map(|day| month_day(day).ok_or_else(|| wrong(format!("{day:?} is no month-day"))));
        Ok(Self { otherwise, zone: posix, zone_name: zone.name, closed: closed.collect::<Result<_>>()?, queues })
    }

    /// The names of all queues.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.queues.iter().map(|queue| queue.name.as_str())
    }

    /// How many people are there at this moment.
    pub fn people(&self, queue: &str, now: Timestamp) -> u32 {
        let queue = self.of(queue);
        if self.is_open(queue, self.local(now)) { queue.people } else { 0 }
    }

    /// When people of this queue are there again, in words such as `on Monday at 8:00 UK time`; none when they are there now,
    /// or when nobody can say.
    pub fn opens(&self, queue: &str, now: Timestamp) -> Option<String> {
        let (queue, now) = (self.of(queue), self.local(now));
        if self.is_open(queue, now) {
            return None;
        }
        let opening = (0..=LOOKED_AHEAD).find_map(|days| {
            let date = now.date().checked_add(days.days()).ok()?;
            let from = self.hours(queue, date.at(0, 0, 0, 0)).map(|hours| date.to_datetime(hours.from));
            from.filter(|from| *from > now).min()
        })?;
        let days = now.date().until(opening.date()).map_or(0, |span| span.get_days());
        let day = match days {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            2..=6 => opening.strftime("on %A").to_string(),
            _ => opening.strftime("on %A %-d %B").to_string(),
        };
        Some(format!("{day} at {}:{:02} {}", opening.hour(), opening.minute(), self.zone_name))
    }

    /// How long the case at this place of an open queue will probably wait, in minutes, while so many are being served.
    ///
    /// Each of the people is done with a case every so many minutes, so a place moves up every `minutes / people`. Nobody
    /// waits less than a minute: a person has to read the packet.
    pub fn wait_minutes(&self, queue: &str, place: u32, served: u32, now: Timestamp) -> Option<u32> {
        let people = self.people(queue, now);
        let free = people.saturating_sub(served);
        let moves = place.saturating_sub(free);
        (people > 0).then(|| (moves.saturating_mul(self.of(queue).minutes)).div_ceil(people).max(1))
    }

    fn of(&self, name: &str) -> &Queue {
        self.queues.iter().find(|queue| queue.name == name).unwrap_or(&self.otherwise)
    }

    /// What the clocks of the queues show.
    fn local(&self, moment: Timestamp) -> DateTime {
        self.zone.to_datetime(moment)
    }

    fn is_open(&self, queue: &Queue, now: DateTime) -> bool {
        let here = |hours: &Hours| hours.from <= now.time() && now.time() < hours.to;
        queue.hours.is_empty() || self.hours(queue, now).any(here)
    }

    /// The hours of a queue on the day of this moment.
    fn hours<'a>(&self, queue: &'a Queue, on: DateTime) -> impl Iterator<Item = &'a Hours> + use<'a> {
        let closed = self.closed.contains(&(on.month(), on.day()));
        let day = Day::from(on.weekday());
        queue.hours.iter().filter(move |hours| !closed && hours.days.contains(&day))
    }
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

fn month_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let date = (month.parse().ok()?, day.parse().ok()?);
    // In a leap year every day of every year exists.
    jiff::civil::Date::new(2024, date.0, date.1).is_ok().then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn people_are_there_by_their_own_clocks_in_summer_and_winter() {
        let queues = Queues::shipped().unwrap();
        let people = |queue, moment| queues.people(queue, at(moment));
        assert_eq!(people("safety", "2026-12-25T03:00:00Z"), 4, "day and night");
        assert_eq!([people("care", "2026-11-27T07:59:59Z"), people("care", "2026-11-27T08:00:00Z")], [0, 5], "winter");
        assert_eq!([people("care", "2026-07-03T06:59:59Z"), people("care", "2026-07-03T07:00:00Z")], [0, 5], "summer");
        assert_eq!([people("care", "2026-11-27T19:59:00Z"), people("care", "2026-11-27T20:00:00Z")], [5, 0]);
        assert_eq!(people("care", "2026-12-25T12:00:00Z"), 0, "a holiday");
        assert_eq!(people("nobody-knows-it", "2026-11-27T12:00:00Z"), 5, "as customer care");
    }

    #[test]
    fn it_says_when_somebody_is_there_again() {
        let queues = Queues::shipped().unwrap();
        let opens = |queue, moment| queues.opens(queue, at(moment));
        for (moment, expected) in [
            ("2026-11-28T07:00:00Z", Some("today at 9:00 UK time")),
            ("2026-11-28T12:00:00Z", None),
            ("2026-11-28T18:00:00Z", Some("on Monday at 8:00 UK time")),
            ("2026-11-29T18:00:00Z", Some("tomorrow at 8:00 UK time")),
            ("2026-12-24T21:00:00Z", Some("on Monday at 8:00 UK time")),
            ("2026-07-05T22:59:00Z", Some("tomorrow at 8:00 UK time")),
        ] {
            assert_eq!(opens("care", moment).as_deref(), expected, "{moment}");
        }
        assert_eq!(opens("roadside", "2026-12-25T03:00:00Z"), None);
    }

    #[test]
    fn who_stands_further_back_waits_longer() {
        let queues = Queues::shipped().unwrap();
        let wait = |place, served| queues.wait_minutes("complaints", place, served, at("2026-11-27T12:00:00Z"));
        // Three people, twelve minutes a case: a place moves up every four minutes.
        assert_eq!([wait(1, 0), wait(3, 0), wait(4, 0), wait(1, 3), wait(5, 3)], [1, 1, 4, 4, 20].map(Some));
        assert_eq!(wait(u32::MAX, 0).map(|minutes| minutes > 20), Some(true), "no overflow");
        assert_eq!(queues.wait_minutes("complaints", 1, 0, at("2026-11-29T12:00:00Z")), None, "nobody is there");
    }

    #[test]
    fn a_broken_table_is_refused() {
        let shipped = include_str!("../data/queues.toml");
        for (from, to) in [
            ("otherwise = \"care\"", "otherwise = \"nobody\""),
            ("GMT0BST", "!"),
            ("12-25", "13-25"),
            ("name = \"safety\"", "name = \"care\""),
            ("people = 4", "persons = 4"),
        ] {
            assert!(Queues::parse(&shipped.replace(from, to)).is_err(), "{to}");
        }
    }
}
