//! What customers say, and what is meant on Saturday 28 November 2026.

use super::*;
use crate::words::Words;

fn read(text: &str) -> Wish {
    let words = Words::shipped().unwrap();
    Wish::read(&Text::of(text), "2026-11-28T11:00".parse().unwrap(), &words.calendar)
}

/// The wish in one line: days, days of the week, hours, time.
fn line(text: &str) -> String {
    let wish = read(text);
    let mut parts = Vec::new();
    if let Some((first, last)) = wish.days {
        parts.push(if first == last { first.to_string() } else { format!("{first}..{last}") });
    }
    parts.extend(wish.only.iter().map(|day| format!("on {day}")));
    parts.extend(wish.not.iter().map(|day| format!("not {day}")));
    parts.extend(wish.hours.map(|(from, until)| format!("{}-{}", from.strftime("%H:%M"), until.strftime("%H:%M"))));
    parts.extend(wish.at.map(|at| format!("at {}", at.strftime("%H:%M"))));
    parts.join(" ")
}

#[test]
fn days_are_read_relative_to_the_moment() {
    let cases = [
        ("can I come tomorrow", "2026-11-29"),
        ("the day after tomorrow please", "2026-11-30"),
        ("today?", "2026-11-28"),
        ("on 8 December", "2026-12-08"),
        ("December 8th works", "2026-12-08"),
        ("the 8th of December 2027", "2027-12-08"),
        ("on 2026-12-08", "2026-12-08"),
        ("8/12 would be fine", "2026-12-08"),
        ("on 08.12.2026", "2026-12-08"),
        ("for the 14th please", "2026-12-14"),
        ("on the 3rd of June", "2027-06-03"),
        ("next week", "2026-11-30..2026-12-06"),
        ("this week", "2026-11-28..2026-11-29"),
        ("in two weeks", "2026-12-12..2026-12-16"),
        ("in 3 days", "2026-12-01"),
        ("next month", "2026-12-01..2026-12-31"),
        ("at the end of August", "2027-08-21..2027-08-31"),
        ("in January", "2027-01-01..2027-01-31"),
        ("may I book a service", ""),
        ("the 30,000 km service", ""),
        ("on 31 February", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(line(text), expected, "{text}");
    }
}

#[test]
fn weekdays_are_the_coming_ones() {
    let cases = [
        ("next Tuesday", "2026-11-30..2026-12-06 on 2"),
        ("on Tuesday", "2026-11-29..2026-12-05 on 2"),
        ("Thursday or Friday morning", "2026-11-29..2026-12-05 on 4 on 5 00:00-12:00"),
        ("Tuesday next week", "2026-11-30..2026-12-06 on 2"),
        ("next week, any day except Wednesday", "2026-11-30..2026-12-06 not 3"),
        ("any day but friday", "not 5"),
        ("not on Monday", "not 1"),
        ("Saturday", "2026-11-29..2026-12-05 on 6"),
    ];
    for (text, expected) in cases {
        assert_eq!(line(text), expected, "{text}");
    }
}

#[test]
fn times_are_read_as_people_say_them() {
    let cases = [
        ("on 8 December at 9", "2026-12-08 at 09:00"),
        ("at 9:30", "at 09:30"),
        ("at 9.30", "at 09:30"),
        ("3pm", "at 15:00"),
        ("at 3", "at 15:00"),
        ("nine o'clock", "at 09:00"),
        ("half past seven", "at 07:30"),
        ("half past seven tomorrow", "2026-11-29 at 07:30"),
        ("at noon", "at 12:00"),
        ("after 3 pm", "15:00-23:59"),
        ("before 10", "00:00-10:00"),
        ("between 9 and 11", "09:00-11:00"),
        ("tomorrow morning", "2026-11-29 00:00-12:00"),
        ("in the afternoon", "12:00-18:00"),
        ("friday pm please, good morning", "2026-11-29..2026-12-05 on 5"),
        ("first thing on the 8th", "2026-12-08 00:00-10:00"),
        ("would 9 am on the 3rd of June work", "2027-06-03 at 09:00"),
        ("at 20 percent", ""),
        ("at 99", ""),
        ("as soon as possible", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(line(text), expected, "{text}");
    }
}

#[test]
fn a_change_keeps_what_was_not_said() {
    let old: DateTime = "2026-12-08T09:00".parse().unwrap();
    let instead = |text: &str| read(text).instead_of(old);
    let hour = instead("at 11 please");
    assert_eq!(hour.days, Some((old.date(), old.date())), "the same day");
    let day = instead("rather on 10 December");
    assert_eq!(day.at, Some(old.time()), "the same time, if it can be");
    let week = instead("postpone it by a week");
    assert_eq!(week.days.map(|days| days.0.to_string()).as_deref(), Some("2026-12-15"));
    assert_eq!(instead("two hours later").shift, Some(Shift::Later));
    assert_eq!(instead("bring it forward by two days").days.map(|days| days.0.day()), Some(6));
    assert!(read("no, thank you").is_empty());
}

#[test]
fn nothing_that_is_said_breaks_it() {
    for text in
        ["", "in 999999999999 days", "by 99999999 weeks", "99/99/9999", "0th of may", "half past", "december", "next"]
    {
        let wish = read(text).instead_of("2026-12-08T09:00".parse().unwrap());
        assert!(wish.days.is_none_or(|(first, last)| first <= last), "{text}");
    }
}
