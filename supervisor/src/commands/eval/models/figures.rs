//! What was measured of an analyst with a model at its side.

use std::fmt;
use std::time::Duration;

/// One text, put to the analyst.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial {
    /// Whether it found what was expected.
    pub(super) right: bool,
    /// Whether a model was called.
    pub(super) asked: bool,
    /// Whether it had to do without the model that should have answered.
    pub(super) reduced: bool,
    /// What the calls cost, in millionths of a US dollar.
    pub(super) micro_usd: u64,
    /// How long it took.
    pub(super) took: Duration,
}

/// The figures of all texts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figures {
    /// The share of texts that were found right, 0 to 1.
    pub(super) right: f64,
    /// The share of texts for which a model was called.
    pub(super) asked: f64,
    /// The share of texts for which no usable opinion came although one was due.
    pub(super) reduced: f64,
    /// Millionths of a US dollar for a thousand texts.
    pub(super) micro_usd_per_thousand: f64,
    /// The time that half of the texts stay within.
    pub(super) p50: Duration,
    /// The time that 95 of 100 texts stay within.
    pub(super) p95: Duration,
}

/// What the columns are.
pub(super) const HEAD: &str = "asked      right    called  no opinion   µUSD/1,000      p50 ms      p95 ms";

impl Figures {
    pub(super) fn of(trials: &[Trial]) -> Self {
        let count = trials.len().max(1) as f64;
        let share = |of: fn(&Trial) -> bool| trials.iter().filter(|trial| of(trial)).count() as f64 / count;
        let mut times: Vec<Duration> = trials.iter().map(|trial| trial.took).collect();
        times.sort_unstable();
        Self {
            right: share(|trial| trial.right),
            asked: share(|trial| trial.asked),
            reduced: share(|trial| trial.reduced),
            micro_usd_per_thousand: trials.iter().map(|trial| trial.micro_usd).sum::<u64>() as f64 * 1_000.0 / count,
            p50: percentile(&times, 50),
            p95: percentile(&times, 95),
        }
    }
}

/// The smallest of the sorted times that so many of a hundred stay within (nearest rank).
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { right, asked, reduced, micro_usd_per_thousand, p50, p95 } = self;
        let [right, asked, reduced] = [right, asked, reduced].map(|share| share * 100.0);
        let [p50, p95] = [p50, p95].map(|time| time.as_secs_f64() * 1e3);
        write!(out, "{right:6.1} % {asked:7.1} % {reduced:9.1} % {micro_usd_per_thousand:12.0} {p50:11.2} {p95:11.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_percentiles_are_of_all_texts() {
        let trial = |number: u64| Trial {
            right: number <= 15,
            asked: number <= 10,
            reduced: number == 1,
            micro_usd: u64::from(number <= 10) * 30,
            took: Duration::from_millis(number),
        };
        let figures = Figures::of(&(1..=20).map(trial).collect::<Vec<_>>());
        assert_eq!((figures.right, figures.asked, figures.reduced), (0.75, 0.5, 0.05));
        assert_eq!(figures.micro_usd_per_thousand, 15_000.0);
        assert_eq!((figures.p50, figures.p95), (Duration::from_millis(10), Duration::from_millis(19)));
        assert_eq!(Figures::of(&[]).p95, Duration::ZERO);
    }
}
