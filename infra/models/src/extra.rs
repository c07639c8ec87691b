//! How many calls may be made beyond the first of each errand, so that an outage multiplies neither load nor spending.

use std::sync::atomic::{AtomicU64, Ordering};

/// What one call takes out of the bucket. A first call puts in so many of a hundred.
const CALL: u64 = 100;

/// A token bucket that is filled by calls instead of by time: each first call adds a share of a token, each further call takes
/// a whole one.
///
/// However much fails, there are never more further calls than that share of the first ones, and what the bucket held at the
/// start. It starts full, so that a process that has just begun may try again too. The idea is that of Finagle's retry budget
/// (<https://finagle.github.io/blog/2016/02/08/retry-budgets/>) and of gRPC's retry throttling
/// (<https://github.com/grpc/proposal/blob/master/A6-client-retries.md>).
#[derive(Debug)]
pub struct ExtraCalls {
    percent: u64,
    most: u64,
    /// In hundredths of a call.
    level: AtomicU64,
}

impl ExtraCalls {
    /// How many calls a bucket holds that nobody said otherwise of: gRPC's example.
    pub const USUAL: u32 = 10;

    /// Retries for so many of a hundred calls: Finagle's default.
    pub const RETRY_PERCENT: u32 = 20;

    /// Further calls for so many of a hundred first ones; at most `most` of them at once, after a time without need.
    pub fn new(percent: u32, most: u32) -> Self {
        let most = u64::from(most) * CALL;
        Self { percent: percent.into(), most, level: AtomicU64::new(most) }
    }

    /// Says that a first call is made.
    pub(crate) fn first(&self) {
        let fuller = |level: u64| Some((level + self.percent).min(self.most));
        let _ = self.level.try_update(Ordering::Relaxed, Ordering::Relaxed, fuller);
    }

    /// Takes a further call, unless there is none.
    pub(crate) fn take(&self) -> bool {
        let less = |level: u64| level.checked_sub(CALL);
        self.level.try_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_adds_a_share_of_the_calls_and_no_more() {
        let extra = ExtraCalls::new(20, 10);
        let further = (0..1_000).filter(|_| {
            extra.first();
            extra.take()
        });
        // The bucket is full at first, so the first deposit runs over.
        assert_eq!(further.count(), 10 + 199);
    }

    #[test]
    fn quiet_times_are_saved_up_to_the_brim() {
        let extra = ExtraCalls::new(5, 3);
        (0..10_000).for_each(|_| extra.first());
        assert_eq!((0..10).filter(|_| extra.take()).count(), 3);
        (0..20).for_each(|_| extra.first());
        assert!(extra.take() && !extra.take());
    }

    #[test]
    fn nothing_is_given_twice() {
        let extra = ExtraCalls::new(0, 100);
        let taken: usize = std::thread::scope(|scope| {
            let hands: Vec<_> = (0..4).map(|_| scope.spawn(|| (0..100).filter(|_| extra.take()).count())).collect();
            hands.into_iter().map(|hand| hand.join().unwrap()).sum()
        });
        assert_eq!(taken, 100);
    }
}
