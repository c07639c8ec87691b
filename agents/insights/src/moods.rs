//! How customers felt, by day and by intent.

use std::collections::BTreeMap;
use std::ops::Range;

use learning::{Count, Hour};
use serde::Serialize;

/// Fewer turns of an intent say nothing about its mood.
const FEWEST: i64 = 5;

/// How the customers of some turns felt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Mood {
    /// The day, or the intent.
    pub of: String,
    /// Turns with words of displeasure.
    pub negative: i64,
    /// Turns with neither.
    pub neutral: i64,
    /// Turns with words of pleasure.
    pub positive: i64,
    /// `negative` of all.
    pub negative_share: f64,
    /// The same in the four weeks before; of an intent that was there.
    pub usual_negative_share: Option<f64>,
}

impl Mood {
    fn add(&mut self, word: &str, number: i64) {
        match word {
            "negative" => self.negative += number,
            "neutral" => self.neutral += number,
            _ => self.positive += number,
        }
    }

    fn all(&self) -> i64 {
        self.negative + self.neutral + self.positive
    }

    fn share(&self) -> f64 {
        if self.all() > 0 { self.negative as f64 / self.all() as f64 } else { 0.0 }
    }
}

/// The days of these hours (UTC), in their order.
pub(crate) fn by_day(counts: &[(Count, i64)], week: &Range<Hour>) -> Vec<Mood> {
    let day = |hour: Hour| hour.begins().map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    let mut days: BTreeMap<String, Mood> =
        (0..7).map(|n| (day(Hour(week.start.0 + 24 * n)), Mood::default())).collect();
    for (count, word, number) in
        moods(counts).filter(|(count, ..)| count.about.is_empty() && week.contains(&count.hour))
    {
        days.entry(day(count.hour)).or_default().add(word, number);
    }
    days.into_iter().map(|(of, mood)| Mood { of, negative_share: mood.share(), ..mood }).collect()
}

/// The intents of these hours, the most displeased customers first.
pub(crate) fn by_intent(counts: &[(Count, i64)], week: &Range<Hour>, before: &Range<Hour>) -> Vec<Mood> {
    let sums = |hours: &Range<Hour>| {
        let mut sums: BTreeMap<String, Mood> = BTreeMap::new();
        for (count, word, number) in moods(counts).filter(|(count, ..)| hours.contains(&count.hour)) {
            if let Some(intent) = count.about.strip_prefix("intent=") {
                sums.entry(intent.to_owned()).or_default().add(word, number);
            }
        }
        sums
    };
    let then = sums(before);
    let of = |(of, mood): (String, Mood)| {
        let usual_negative_share = then.get(&of).filter(|mood| mood.all() >= FEWEST).map(Mood::share);
        Mood { of, negative_share: mood.share(), usual_negative_share, ..mood }
    };
    let mut intents: Vec<Mood> = sums(week).into_iter().filter(|(_, mood)| mood.all() >= FEWEST).map(of).collect();
    intents.sort_by(|a, b| b.negative_share.total_cmp(&a.negative_share));
    intents
}

fn moods(counts: &[(Count, i64)]) -> impl Iterator<Item = (&Count, &str, i64)> {
    counts.iter().filter_map(|(count, number)| Some((count, count.what.strip_prefix("mood/")?, *number)))
}
