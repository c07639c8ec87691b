//! Reads times of the day: "at 9", "half past seven", "after 3 pm", "between 9 and 11", "in the afternoon".

use jiff::civil::Time;

use super::Wish;
use crate::words::{CalendarWords, Text};

/// Nobody comes before seven: a bare "at 3" is said of the afternoon.
const EARLIEST: i8 = 7;

/// Adds what the text says of times.
pub(super) fn read(wish: &mut Wish, text: &Text, words: &CalendarWords) {
    let (mut from, mut until) = (None, None);
    let mut place = 0;
    while place < text.words().len() {
        let Some((time, taken)) = time(text, place, words) else {
            place += 1;
            continue;
        };
        match text.before(place, 1) {
            "after" | "from" | "between" => from = from.or(Some(time)),
            "before" | "by" | "until" | "till" => until = until.or(Some(time)),
            "and" | "to" if from.is_some() && until.is_none() => until = Some(time),
            _ => wish.at = wish.at.or(Some(time)),
        }
        place += taken;
    }
    let part = words.part.iter().find(|part| {
        text.find(&part.words).is_some_and(|place| text.before(place, 1) != "good" && text.before(place, 1) != "before")
    });
    if from.is_some() || until.is_some() {
        wish.hours = Some((from.unwrap_or(Time::MIN), until.unwrap_or(Time::MAX)));
    } else if wish.at.is_none() {
        wish.hours = part.map(|part| (part.from, part.until));
    }
}

/// The time that is named at a place, and of how many words.
fn time(text: &Text, place: usize, words: &CalendarWords) -> Option<(Time, usize)> {
    let word = text.at(place);
    if matches!(word, "noon" | "midday") {
        return Some((Time::constant(12, 0, 0, 0), 1));
    }
    if text.at(place + 1) == "past" && matches!(word, "half" | "quarter") {
        let (hour, _) = figures(text.at(place + 2), words)?;
        let (time, taken) = in_the_day(hour, if word == "half" { 30 } else { 15 }, text.at(place + 3))?;
        return Some((time, taken + 2));
    }
    let (hour, minute) = figures(word, words)?;
    let (time, taken) = match ["am", "pm"].iter().find(|half| word.ends_with(**half)) {
        Some(half) => (in_the_day(hour, minute.unwrap_or(0), half)?.0, 1),
        None => in_the_day(hour, minute.unwrap_or(0), text.at(place + 1))?,
    };
    let plain = minute.is_some() || taken > 1 || word.ends_with('m');
    if plain || (is_said_of_time(text, place) && !counts(text.at(place + 1), words)) {
        Some((time, taken))
    } else {
        None
    }
}

/// The hour and the minutes of "9", "9:30", "9.30", "9am" and "nine".
fn figures(word: &str, words: &CalendarWords) -> Option<(i8, Option<i8>)> {
    if let Some(number) = words.numbers.iter().position(|number| number == word) {
        return Some((i8::try_from(number).ok()?, None));
    }
    let figures = word.strip_suffix("am").or_else(|| word.strip_suffix("pm")).unwrap_or(word);
    match figures.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => Some((hour.parse().ok()?, Some(minute.parse().ok()?))),
        Some(_) => None,
        None => Some((figures.parse().ok()?, None)),
    }
}

/// The time with that hour on a clock of twelve or of twenty-four, and how many words say it.
fn in_the_day(hour: i8, minute: i8, next: &str) -> Option<(Time, usize)> {
    let (hour, taken) = match next {
        "pm" if hour < 12 => (hour.checked_add(12)?, 2),
        "am" if hour == 12 => (0, 2),
        "am" | "pm" => (hour, 2),
        "o'clock" | "oclock" if hour < EARLIEST => (hour.checked_add(12)?, 2),
        "o'clock" | "oclock" => (hour, 2),
        _ if (1..EARLIEST).contains(&hour) => (hour.checked_add(12)?, 1),
        _ => (hour, 1),
    };
    Some((Time::new(hour, minute, 0, 0).ok()?, taken))
}

/// Whether a bare number at a place is the hour: "at 9", not "30,000 km" or "the two of us".
fn is_said_of_time(text: &Text, place: usize) -> bool {
    let before = text.before(place, 1);
    let between = |start: &str| (2..=4).any(|back| text.before(place, back) == start);
    matches!(before, "at" | "after" | "before" | "by" | "until" | "till" | "from" | "between" | "around" | "about")
        || (before == "and" && between("between"))
        || (before == "to" && between("from"))
}

/// Whether what follows makes a number something else: a day of a month, or so many of something.
fn counts(next: &str, words: &CalendarWords) -> bool {
    let named = words.months.iter().any(|names| names.iter().any(|name| name == next));
    named
        || matches!(
            next,
            "day" | "days" | "week" | "weeks" | "km" | "miles" | "minutes" | "hour" | "hours" | "percent" | "of"
        )
}
