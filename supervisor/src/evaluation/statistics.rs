//! The statistics of the gate: intervals around a figure, and whether a change between two runs could be chance.
//!
//! All chance is seeded, so that the same rows give the same answer on every machine.

/// The quantile of the normal distribution for a two-sided interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;
/// How often rows are drawn again. Enough to tell 0.05 from 0.06 (its standard error is 0.005).
const ROUNDS: usize = 2_000;

/// Wilson's score interval of 95 % for `hits` of `all` (Wilson, JASA 1927; recommended for small samples by Brown, Cai and
/// DasGupta, Statistical Science 2001). Between 0 and 1; of nothing it is everything.
pub fn wilson(hits: f64, all: f64) -> [f64; 2] {
    if all <= 0.0 {
        return [0.0, 1.0];
    }
    let share = hits / all;
    let centre = share + Z * Z / (2.0 * all);
    let spread = Z * (share * (1.0 - share) / all + Z * Z / (4.0 * all * all)).sqrt();
    let whole = 1.0 + Z * Z / all;
    [((centre - spread) / whole).max(0.0), ((centre + spread) / whole).min(1.0)]
}

/// The percentile interval of 95 % of a statistic, by drawing rows again with replacement (Efron and Tibshirani, An Introduction
/// to the Bootstrap, 1993, chapter 13).
pub fn bootstrap(rows: &[f64], statistic: impl Fn(&[f64]) -> f64) -> [f64; 2] {
    if rows.is_empty() {
        return [0.0, 0.0];
    }
    let mut chance = Chance::seeded();
    let mut drawn = vec![0.0; rows.len()];
    let mut found: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            drawn.iter_mut().for_each(|one| *one = rows[chance.below(rows.len())]);
            statistic(&drawn)
        })
        .collect();
    found.sort_by(f64::total_cmp);
    [found[ROUNDS / 40], found[ROUNDS - 1 - ROUNDS / 40]]
}

/// How probable it is to see at least so many `lost` among the rows whose outcome changed, if losing and gaining were equally
/// probable: McNemar's test, one-sided and exact (McNemar, Psychometrika 1947; recommended for comparing classifiers on the same
/// rows by Dietterich, Neural Computation 1998).
pub fn mcnemar(lost: usize, gained: usize) -> f64 {
    let all = lost + gained;
    // The logarithm of each term of the binomial distribution: factorials of thousands have no other place.
    let mut terms = 0.0;
    let mut log = -(all as f64) * std::f64::consts::LN_2;
    for hits in 0..=all {
        if hits >= lost {
            terms += log.exp();
        }
        log += ((all - hits) as f64).ln() - ((hits + 1) as f64).ln();
    }
    terms.min(1.0)
}

/// How probable a drop of at least this size is if it is chance which of the two values of a row belongs to which run:
/// a one-sided randomisation test on the same rows (Smucker, Allan and Carterette, CIKM 2007). `drop` is a statistic of the
/// rows before less that of the rows after, and the larger the worse.
pub fn paired(before: &[f64], after: &[f64], drop: impl Fn(&[f64], &[f64]) -> f64) -> f64 {
    let (mut one, mut other) = (before.to_vec(), after.to_vec());
    let count = before.len().min(after.len());
    randomised(drop(before, after), |chance| {
        for at in 0..count {
            let swap = chance.below(2) == 0;
            (one[at], other[at]) = if swap { (after[at], before[at]) } else { (before[at], after[at]) };
        }
        drop(&one, &other)
    })
}

/// As [`paired`], for runs that did not see the same rows: which row belongs to which run is chance.
pub fn unpaired(before: &[f64], after: &[f64], drop: impl Fn(&[f64], &[f64]) -> f64) -> f64 {
    let mut all: Vec<f64> = before.iter().chain(after).copied().collect();
    randomised(drop(before, after), |chance| {
        for at in (1..all.len()).rev() {
            all.swap(at, chance.below(at + 1));
        }
        drop(&all[..before.len()], &all[before.len()..])
    })
}

/// The share of rounds that are as extreme as what was seen, which counts as one of them.
fn randomised(seen: f64, mut round: impl FnMut(&mut Chance) -> f64) -> f64 {
    let mut chance = Chance::seeded();
    let extreme = (0..ROUNDS).filter(|_| round(&mut chance) >= seen - 1e-12).count();
    (extreme + 1) as f64 / (ROUNDS + 1) as f64
}

/// Chance from a fixed seed: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Not the port: a gate must not depend on luck.
struct Chance(u64);

impl Chance {
    const fn seeded() -> Self {
        Self(0x6d6f_746f_726c_696e)
    }

    /// A number below `end`, which is not zero.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ (mixed >> 31)) * end as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(rows: &[f64]) -> f64 {
        rows.iter().sum::<f64>() / rows.len() as f64
    }

    fn drop(before: &[f64], after: &[f64]) -> f64 {
        mean(before) - mean(after)
    }

    #[test]
    fn intervals_are_as_published() {
        // Brown, Cai and DasGupta's formula by hand: 81 of 263 is 0.308 with 0.255 to 0.366; none of 20 is 0 to 0.161.
        let [low, high] = wilson(81.0, 263.0);
        assert!((low - 0.2553).abs() < 5e-4 && (high - 0.3662).abs() < 5e-4, "{low} {high}");
        let [low, high] = wilson(0.0, 20.0);
        assert!(low == 0.0 && (high - 0.1611).abs() < 5e-4, "{high}");
        assert_eq!(wilson(0.0, 0.0), [0.0, 1.0]);
    }

    #[test]
    fn a_bootstrap_interval_is_near_the_normal_one_and_always_the_same() {
        let rows: Vec<f64> = (0..400).map(|at| f64::from(at % 2)).collect();
        let [low, high] = bootstrap(&rows, mean);
        assert!((low - 0.451).abs() < 0.01 && (high - 0.549).abs() < 0.01, "{low} {high}");
        assert_eq!(bootstrap(&rows, mean), [low, high]);
        assert_eq!(bootstrap(&[], mean), [0.0, 0.0]);
    }

    #[test]
    fn mcnemar_is_the_tail_of_a_fair_coin() {
        assert!((mcnemar(5, 0) - 1.0 / 32.0).abs() < 1e-12);
        assert!((mcnemar(8, 2) - 56.0 / 1024.0).abs() < 1e-12);
        assert!((mcnemar(0, 0) - 1.0).abs() < 1e-12 && mcnemar(2_000, 1_000) < 1e-9);
    }

    #[test]
    fn a_shift_of_all_rows_is_no_chance_and_no_shift_is() {
        let before: Vec<f64> = (0..40).map(|at| f64::from(at) / 40.0).collect();
        let worse: Vec<f64> = before.iter().map(|value| value - 0.05).collect();
        assert!(paired(&before, &worse, drop) < 0.01);
        assert!(paired(&before, &before, drop) > 0.9);
        // The same shift is lost among rows that are not the same.
        assert!(unpaired(&before, &worse, drop) > 0.05);
        let far: Vec<f64> = before.iter().map(|value| value - 0.5).collect();
        assert!(unpaired(&before, &far, drop) < 0.01);
    }
}
