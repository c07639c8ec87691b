//! Topics that emerge: what a significantly larger share of a week's turns is about than of the four weeks before.

use std::collections::BTreeMap;
use std::ops::Range;

use learning::{Count, Hour};
use serde::Serialize;

use crate::statistics::{SIGNIFICANT, log_likelihood};

/// Fewer turns in the week are no topic, however new.
const FEWEST: i64 = 5;
/// So many are shown at most.
const MOST: usize = 20;

/// A topic whose share rose.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Topic {
    /// What it is: `intent` or `section` of the library.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Turns of the week that were about it.
    pub turns: i64,
    /// Their share of the week's turns of that kind.
    pub share: f64,
    /// The share in the four weeks before.
    pub usual_share: f64,
    /// How far the two are from the same: Dunning's log-likelihood ratio; 15.13 and more is shown.
    pub g2: f64,
}

/// What emerged in these hours, the most surprising first. The counts reach back four weeks before.
pub(crate) fn emerging(counts: &[(Count, i64)], week: &Range<Hour>, before: &Range<Hour>) -> Vec<Topic> {
    let sums = |hours: &Range<Hour>| {
        let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        let counted = counts
            .iter()
            .filter(|(count, _)| hours.contains(&count.hour) && matches!(count.what.as_str(), "topic" | "cited"));
        for (count, number) in counted {
            *sums.entry((&count.what, &count.about)).or_default() += number;
        }
        sums
    };
    let (now, then) = (sums(week), sums(before));
    let of = |sums: &BTreeMap<(&str, &str), i64>, key| sums.get(&key).copied().unwrap_or_default() as f64;
    let mut topics: Vec<Topic> = Vec::new();
    for ((what, about), turns) in &now {
        let (Some((kind, name)), true) = (about.split_once('='), *turns >= FEWEST) else { continue };
        let (part, whole) = (*turns as f64, of(&now, (*what, "")));
        let (part_before, whole_before) = (of(&then, (*what, *about)), of(&then, (*what, "")));
        // Without a past nothing is new.
        if whole_before <= 0.0 || part / whole <= part_before / whole_before {
            continue;
        }
        let g2 = log_likelihood(part, whole, part_before, whole_before);
        if g2 >= SIGNIFICANT {
            let (share, usual_share) = (part / whole, part_before / whole_before);
            topics.push(Topic { kind: kind.into(), name: name.into(), turns: *turns, share, usual_share, g2 });
        }
    }
    topics.sort_by(|a, b| b.g2.total_cmp(&a.g2));
    topics.truncate(MOST);
    topics
}
