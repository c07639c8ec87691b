//! What calls consumed, in the units that DynamoDB bills.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// Request units as DynamoDB bills them: a read unit is 4 KB read consistently, a write unit 1 KB written; a transaction
/// costs each twice.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Capacity {
    /// Read request units.
    pub read: f64,
    /// Write request units.
    pub write: f64,
}

/// Adds up what the calls of one store consumed. DynamoDB says nothing of calls that it refuses, although it bills them.
#[derive(Debug, Default)]
pub(super) struct Meter {
    read: AtomicU64,
    write: AtomicU64,
}

/// Units are halves at the smallest; counted in tenths, sums stay whole numbers.
const TENTHS: f64 = 10.0;

impl Meter {
    /// Everything so far.
    pub(super) fn total(&self) -> Capacity {
        let units = |tenths: &AtomicU64| tenths.load(Ordering::Relaxed) as f64 / TENTHS;
        Capacity { read: units(&self.read), write: units(&self.write) }
    }

    pub(super) fn read<'a>(&self, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        add(&self.read, consumed);
    }

    pub(super) fn wrote<'a>(&self, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        add(&self.write, consumed);
    }
}

fn add<'a>(to: &AtomicU64, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
    let units: f64 = consumed.into_iter().filter_map(|one| one.capacity_units).sum();
    // A float becomes the nearest whole number that fits; nonsense from a service cannot overflow.
    to.fetch_add((units * TENTHS).round() as u64, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_add_up_and_nonsense_does_no_harm() {
        let meter = Meter::default();
        let units = |units: f64| ConsumedCapacity::builder().capacity_units(units).build();
        meter.read(&[units(0.5), units(0.5), ConsumedCapacity::builder().build()]);
        meter.wrote([&units(16.0), &units(f64::NAN)]);
        assert_eq!(meter.total(), Capacity { read: 1.0, write: 0.0 });
        meter.wrote(Some(&units(14.0)));
        assert_eq!(meter.total(), Capacity { read: 1.0, write: 14.0 });
    }
}
