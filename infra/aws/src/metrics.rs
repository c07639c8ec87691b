//! Where measures go: into log lines that CloudWatch reads metrics from, or to CloudWatch itself.

mod cloudwatch;
mod embedded;

pub use cloudwatch::CloudWatchMetrics;
pub use embedded::EmbeddedMetrics;

use aws_sdk_cloudwatch::types::StandardUnit;
use metering::{Dimension, Unit};

/// CloudWatch takes numbers up to this size, either sign, and no other.
const LARGEST: f64 = (1_u128 << 120) as f64 * (1_u128 << 120) as f64 * (1_u128 << 120) as f64;
/// Characters that the value of a dimension may have.
const LONGEST: usize = 1_024;

/// What every series of this process is about, besides its own dimensions.
#[derive(Debug, Clone)]
struct Origin {
    service: String,
    deployment: String,
}

impl Origin {
    fn new(service: &str, deployment: &str) -> Self {
        Self { service: service.to_owned(), deployment: deployment.to_owned() }
    }

    /// All dimensions of a series, with values that CloudWatch accepts.
    fn dimensions(&self, about: &[(Dimension, String)]) -> Vec<(&'static str, String)> {
        let ours = [("service", self.service.clone()), ("deployment", self.deployment.clone())];
        let theirs = about.iter().map(|(dimension, value)| (dimension.name(), value.clone()));
        ours.into_iter().chain(theirs).map(|(name, value)| (name, accepted(&value))).collect()
    }
}

/// A dimension's value has ASCII letters, and some: one bad value would make CloudWatch refuse all that is sent with it.
fn accepted(value: &str) -> String {
    let printable = |letter: char| if letter == ' ' || letter.is_ascii_graphic() { letter } else { '?' };
    let value: String = value.trim().chars().take(LONGEST).map(printable).collect();
    if value.is_empty() { "none".to_owned() } else { value }
}

/// Whether CloudWatch takes this number.
fn countable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// What CloudWatch calls a unit. It has none for money.
fn unit(unit: Unit) -> StandardUnit {
    match unit {
        Unit::Count => StandardUnit::Count,
        Unit::Milliseconds => StandardUnit::Milliseconds,
        Unit::Seconds => StandardUnit::Seconds,
        Unit::MicroUsd => StandardUnit::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_what_cloudwatch_accepts() {
        let origin = Origin::new("motorline", "");
        let about = [
            (Dimension::Agent, " \u{e4}gent\n7 ".to_owned()),
            (Dimension::Model, "m".repeat(2_000)),
            (Dimension::Outcome, "answered".to_owned()),
        ];
        let told = origin.dimensions(&about);
        let expected =
            [("service", "motorline".to_owned()), ("deployment", "none".to_owned()), ("agent", "?gent?7".to_owned())];
        assert_eq!(told[..3], expected);
        assert_eq!((told[3].1.len(), told[4].1.as_str()), (1_024, "answered"));
    }

    #[test]
    fn only_numbers_of_cloudwatch_count() {
        assert!([0.0, -1.5, 2_f64.powi(360), -(2_f64.powi(360))].into_iter().all(countable));
        assert!(![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2_f64.powi(361)].into_iter().any(countable));
    }
}
