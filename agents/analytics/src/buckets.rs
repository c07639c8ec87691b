//! How long things took, in buckets: counts that add up over hours and still give percentiles.

/// Upper bounds in milliseconds, inclusive; what took longer is in the last bucket. About eight bounds to each factor of ten
/// where replies lie (100 ms to 10 s), so that a percentile read from them is at most a third off; fewer outside, where the
/// built-in engine answers.
pub const BOUNDS_MS: [u32; 20] = [
    5, 10, 20, 50, 100, 150, 200, 300, 400, 600, 800, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000, 10_000, 20_000, 30_000,
];

/// The count that something of this length goes into, such as `latency/150`; `latency/more` beyond the last bound.
pub fn bucket(what: &str, took_ms: f64) -> String {
    match BOUNDS_MS.iter().find(|bound| took_ms <= f64::from(**bound)) {
        Some(bound) => format!("{what}/{bound}"),
        None => format!("{what}/more"),
    }
}

/// How many were in each bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buckets([i64; BOUNDS_MS.len() + 1]);

impl Buckets {
    /// Adds to the bucket of this name: `150` or `more`. Names that are none are left out.
    pub fn add(&mut self, name: &str, more: i64) {
        let at = BOUNDS_MS.iter().position(|bound| bound.to_string() == name);
        let at = at.or_else(|| (name == "more").then_some(BOUNDS_MS.len()));
        if let Some(count) = at.and_then(|at| self.0.get_mut(at)) {
            *count += more;
        }
    }

    /// The length, in milliseconds, that this share of them (0 to 1) did not exceed, as far as buckets tell: inside of one
    /// all lengths are taken as equally likely. Beyond the last bound: the last bound. None of nothing.
    pub fn percentile(&self, share: f64) -> Option<f64> {
        let total: i64 = self.0.iter().sum();
        if total <= 0 {
            return None;
        }
        let rank = share.clamp(0.0, 1.0) * total as f64;
        let (mut below, mut lower) = (0.0, 0.0);
        for (bound, count) in BOUNDS_MS.iter().zip(self.0) {
            let (upper, count) = (f64::from(*bound), count as f64);
            if count > 0.0 && below + count >= rank {
                return Some(lower + (upper - lower) * ((rank - below) / count).clamp(0.0, 1.0));
            }
            (below, lower) = (below + count, upper);
        }
        Some(lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_took_as_long_as_a_bound_is_below_it() {
        for (took, name) in [(0.0, "l/5"), (20.0, "l/20"), (20.1, "l/50"), (30_000.0, "l/30000"), (30_001.0, "l/more")]
        {
            assert_eq!(bucket("l", took), name);
        }
    }

    #[test]
    fn percentiles_lie_in_the_bucket_of_the_true_one() {
        let lengths: Vec<f64> = (1..=1_000).map(|n| f64::from(n) * 5.0).collect();
        let mut buckets = Buckets::default();
        for length in &lengths {
            buckets.add(bucket("", *length).trim_start_matches('/'), 1);
        }
        for (share, truth) in [(0.5, 2_500.0), (0.95, 4_750.0), (0.99, 4_950.0)] {
            let found = buckets.percentile(share).unwrap();
            assert!((found - truth).abs() / truth < 0.34, "{share}: {found} for {truth}");
        }
        assert_eq!(Buckets::default().percentile(0.5), None);
        let mut slow = Buckets::default();
        slow.add("more", 3);
        slow.add("nonsense", 3);
        assert_eq!(slow.percentile(0.5), Some(30_000.0));
    }
}
