//! Chooses among free slots: the one that meets the wish best, and two others to name beside it.

use backoffice::service_desk::HORIZON_DAYS;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

use crate::when::{Shift, Wish};

/// So many days are looked at from the first wished one.
const SPAN_DAYS: i64 = 60;
/// An alternative begins so long after what is proposed at least.
const APART_HOURS: i64 = 2;

/// A slot to propose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The best one.
    pub(crate) at: DateTime,
    /// Others, soonest first.
    pub(crate) others: Vec<DateTime>,
    /// Whether it is as wished.
    pub(crate) met: bool,
}

/// From when until when slots must be looked at for a wish.
pub(crate) fn window(wish: &Wish, now: DateTime) -> (DateTime, DateTime) {
    let latest = now.saturating_add(i64::from(HORIZON_DAYS).days());
    let first = wish.days.map_or(now, |(first, _)| first.at(0, 0, 0, 0)).clamp(now, latest);
    (first, first.saturating_add(SPAN_DAYS.days()))
}

/// The best of these free slots, which are in order; none when there is none at all. `old` is what was proposed or booked.
pub(crate) fn choose(free: &[DateTime], wish: &Wish, old: Option<DateTime>) -> Option<Choice> {
    let others: Vec<DateTime> = free.iter().copied().filter(|at| Some(*at) != old).collect();
    let shifted = |at: &DateTime| match (wish.shift, old) {
        (Some(Shift::Later), Some(old)) if wish.days.is_none() => *at > old,
        (Some(Shift::Earlier), Some(old)) if wish.days.is_none() => *at < old,
        (Some(Shift::OtherDay), Some(old)) => at.date() > old.date(),
        _ => true,
    };
    let wished: Vec<DateTime> = others.iter().copied().filter(|at| wish.allows(*at) && shifted(at)).collect();
    let best = match (wish.at, wish.shift) {
        (Some(time), _) => closest(&wished, time),
        (None, Some(Shift::Earlier)) => wished.last(),
        (None, _) => match old.filter(|_| wish.is_empty()) {
            // "Another one, please": the next, not the first of all again.
            Some(old) => wished.iter().find(|at| **at > old).or_else(|| wished.first()),
            None => wished.first(),
        },
    };
    let met = best.is_some_and(|at| wish.at.is_none_or(|time| at.time() == time));
    let ruled_in = |at: &&DateTime| !wish.not.contains(&at.date().weekday().to_monday_one_offset());
    let best = *best.or_else(|| others.iter().find(ruled_in)).or_else(|| others.first())?;
    Some(Choice { at: best, others: alternatives(&wished, &others, best), met })
}

/// On the first day that has it the very time, or else the closest on the first day.
fn closest(slots: &[DateTime], time: Time) -> Option<&DateTime> {
    let day = slots.first()?.date();
    slots.iter().find(|at| at.time() == time).or_else(|| closest_on(slots, day, time))
}

/// Of two that are equally close the later: who comes too late for one is in time for the other.
fn closest_on(slots: &[DateTime], day: Date, time: Time) -> Option<&DateTime> {
    let away = |at: &&DateTime| (at.time().duration_since(time).abs(), at.time() < time);
    slots.iter().filter(|at| at.date() == day).min_by_key(away)
}

/// One a little later on the day, and one at about that time on the next; of the wished ones as far as there are any.
fn alternatives(wished: &[DateTime], all: &[DateTime], best: DateTime) -> Vec<DateTime> {
    let apart = best.saturating_add(APART_HOURS.hours());
    let same_day = |pool: &[DateTime]| pool.iter().copied().find(|at| *at >= apart && at.date() == best.date());
    let next_day = |pool: &[DateTime]| {
        let day = pool.iter().find(|at| at.date() > best.date())?.date();
        closest_on(pool, day, best.time()).copied()
    };
    [same_day(wished).or_else(|| same_day(all)), next_day(wished).or_else(|| next_day(all))]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Text, Words};

    fn at(text: &str) -> DateTime {
        format!("2026-{text}:00").parse().unwrap()
    }

    fn free() -> Vec<DateTime> {
        ["12-07T08", "12-07T09", "12-07T14", "12-08T08", "12-08T10", "12-08T15", "12-09T09", "12-10T09"]
            .map(at)
            .to_vec()
    }

    fn chosen(text: &str, old: Option<&str>) -> (String, bool) {
        let words = Words::shipped().unwrap();
        let mut wish = Wish::read(&Text::of(text), at("11-28T11"), &words.calendar);
        if let Some(old) = old {
            wish = wish.instead_of(at(old));
        }
        let choice = choose(&free(), &wish, old.map(at)).unwrap();
        (choice.at.strftime("%d %H").to_string(), choice.met)
    }

    #[test]
    fn the_best_slot_is_the_wished_one_or_the_closest() {
        let cases = [
            ("", "07 08", true),
            ("on 8 December at 10", "08 10", true),
            ("on 8 December at 11", "08 10", false),
            ("at 10", "08 10", true),
            ("in the afternoon", "07 14", true),
            ("on 8 December after 2 pm", "08 15", true),
            ("on 12 December", "07 08", false),
        ];
        for (text, expected, met) in cases {
            assert_eq!(chosen(text, None), (expected.into(), met), "{text}");
        }
    }

    #[test]
    fn a_change_of_mind_moves_from_what_was_proposed() {
        let cases = [
            ("later", "08 10"),
            ("a bit earlier", "07 14"),
            ("another day please", "09 09"),
            ("rather another one", "08 10"),
            ("at 3 pm", "08 15"),
            ("on 10 December", "10 09"),
        ];
        for (text, expected) in cases {
            assert_eq!(chosen(text, Some("12-08T08")).0, expected, "{text}");
        }
    }

    #[test]
    fn two_others_are_named_that_differ() {
        let choice = choose(&free(), &Wish::default(), None).unwrap();
        assert_eq!(choice.others, [at("12-07T14"), at("12-08T08")]);
        let only = choose(&free()[..1], &Wish::default(), None).unwrap();
        assert!(only.others.is_empty());
        assert_eq!(choose(&[], &Wish::default(), None), None);
    }
}
