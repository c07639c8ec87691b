//! Whether a number is more than chance would give.

/// What `G2` exceeds by chance once in ten thousand times: chi-squared with one degree of freedom. Hundreds of topics are
/// looked at each week, so once in a thousand (10.83) would show one or two that are none every month.
pub const SIGNIFICANT: f64 = 15.13;

/// The log-likelihood ratio `G2` of two shares, `part` of `whole` and `part_before` of `whole_before`. Holds for rare things
/// too, where a normal approximation does not (T. Dunning, "Accurate Methods for the Statistics of Surprise and
/// Coincidence", Computational Linguistics 19(1), 1993).
pub fn log_likelihood(part: f64, whole: f64, part_before: f64, whole_before: f64) -> f64 {
    let (share, total) = ((part + part_before) / (whole + whole_before), whole + whole_before);
    if total <= 0.0 || share <= 0.0 || share >= 1.0 {
        return 0.0;
    }
    let term = |observed: f64, expected: f64| if observed > 0.0 { observed * (observed / expected).ln() } else { 0.0 };
    let cells = [
        term(part, whole * share),
        term(whole - part, whole * (1.0 - share)),
        term(part_before, whole_before * share),
        term(whole_before - part_before, whole_before * (1.0 - share)),
    ];
    2.0 * cells.iter().sum::<f64>()
}

/// How likely at least `number` are, where `mean` are usual and each comes by itself (Poisson).
pub fn at_least(number: u32, mean: f64) -> f64 {
    // As a logarithm: e to the power of a large mean is no number any more.
    let mut term = -mean;
    let mut fewer = 0.0;
    for k in 0..number {
        fewer += term.exp();
        term += (mean / f64::from(k + 1)).ln();
    }
    (1.0 - fewer).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_textbook() {
        // Dunning's paper, table 2: "the swiss", 110 of 2442 against 111 of 29114, has 270.72.
        assert!((log_likelihood(110.0, 2_552.0, 111.0, 29_225.0) - 270.72).abs() < 1.5);
        assert!(log_likelihood(10.0, 100.0, 40.0, 400.0).abs() < 1e-9, "the same share");
        assert_eq!(log_likelihood(0.0, 0.0, 0.0, 0.0), 0.0);
        assert!((at_least(3, 1.0) - 0.080_301).abs() < 1e-6);
        assert!((at_least(3, 0.25) - 0.002_161).abs() < 1e-6);
        assert!((at_least(0, 2.0) - 1.0).abs() < 1e-12);
        assert!((at_least(1_000, 1_000.0) - 0.5).abs() < 0.01 && at_least(2_000, 1_000.0) < 1e-6, "large means, too");
        assert_eq!(at_least(1, 0.0), 0.0);
    }
}
