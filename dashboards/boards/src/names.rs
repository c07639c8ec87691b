//! Which metric a file means: one that we measure, by dimensions that it is kept by, or one that only AWS measures.

use contract::{Error, Result};
use metering::{Dimension, Metric, Statistic};

use crate::NAMESPACE;

/// The dimensions that every series of ours has beside its own.
const ORIGIN: [&str; 2] = ["service", "deployment"];

/// The metric that a file means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meant {
    /// One of ours, and by what its series are told apart, in the order in which they are kept.
    Ours(Metric, Vec<(Dimension, Option<String>)>),
    /// One that only AWS measures.
    Elsewhere,
}

/// Finds out which metric is meant by a namespace, a name, and dimensions of which some have a value.
///
/// # Errors
/// `Invalid` when it would be ours, but we measure no such metric, or not by these dimensions.
pub fn meant(namespace: &str, name: &str, dimensions: &[(String, Option<String>)]) -> Result<Meant> {
    if namespace != NAMESPACE {
        let known = namespace.starts_with("AWS/");
        return if known {
            Ok(Meant::Elsewhere)
        } else {
            Err(unknown(format!("the namespace {namespace} is unknown")))
        };
    }
    let metric = Metric::named(name).ok_or_else(|| unknown(format!("the metric {name} is not measured")))?;
    let value = |wanted: &str| dimensions.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    if ORIGIN.iter().any(|origin| value(origin).is_none()) {
        return Err(unknown(format!("{name} lacks the dimensions service and deployment")));
    }
    let own = dimensions.len() - ORIGIN.len();
    let fits = |set: &&&[Dimension]| set.len() == own && set.iter().all(|one| value(one.name()).is_some());
    let set = metric.sets().iter().find(fits).ok_or_else(|| {
        let names: Vec<_> = dimensions.iter().map(|(name, _)| name.as_str()).collect();
        unknown(format!("{name} is not kept by {}", names.join(", ")))
    })?;
    Ok(Meant::Ours(metric, set.iter().map(|one| (*one, value(one.name()).flatten())).collect()))
}

/// What is made of the values of a period.
///
/// # Errors
/// `Invalid` when there is no such statistic.
pub fn statistic(name: &str) -> Result<Statistic> {
    let percentile = || name.strip_prefix('p')?.parse().ok().filter(|share| (0.0..=100.0).contains(share));
    match name {
        "Sum" => Ok(Statistic::Sum),
        "Average" => Ok(Statistic::Average),
        "Minimum" => Ok(Statistic::Minimum),
        "Maximum" => Ok(Statistic::Maximum),
        "SampleCount" => Ok(Statistic::SampleCount),
        _ => percentile().map(Statistic::Percentile).ok_or_else(|| unknown(format!("the statistic {name} is unknown"))),
    }
}

fn unknown(message: String) -> Error {
    Error::invalid("metrics", message).hint("dashboards/metering/src/metric.rs lists what is measured, and by what")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dimensions(all: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        let value = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
        all.iter().map(|(name, of)| ((*name).to_owned(), value(of))).collect()
    }

    #[test]
    fn dimensions_are_found_in_any_order() {
        let all = dimensions(&[("outcome", ""), ("deployment", "dev"), ("agent", "intent"), ("service", "motorline")]);
        let expected = vec![(Dimension::Agent, Some("intent".to_owned())), (Dimension::Outcome, None)];
        assert_eq!(meant("Motorline", "AgentReports", &all).unwrap(), Meant::Ours(Metric::AgentReports, expected));
    }

    #[test]
    fn what_is_not_measured_is_refused() {
        let origin = [("service", "motorline"), ("deployment", "dev")];
        assert!(meant("Motorline", "Turns", &dimensions(&origin)).is_ok());
        assert!(meant("Motorline", "Customers", &dimensions(&origin)).is_err());
        assert!(meant("Motorline", "Turns", &dimensions(&origin[..1])).is_err());
        assert!(meant("Motorline", "Turns", &dimensions(&[origin[0], origin[1], ("customer", "")])).is_err());
        assert!(meant("Elsewhere", "Turns", &dimensions(&origin)).is_err());
        assert_eq!(meant("AWS/Lambda", "Errors", &[]).unwrap(), Meant::Elsewhere);
    }

    #[test]
    fn statistics_have_the_names_of_cloudwatch() {
        assert_eq!(statistic("p99.9").unwrap(), Statistic::Percentile(99.9));
        assert!(["p", "p101", "pX", "average", ""].iter().all(|name| statistic(name).is_err()));
    }
}
