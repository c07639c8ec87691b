//! One value of one metric, and the series that it belongs to.

use contract::Channel;

use crate::metric::{Dimension, Kind, Metric};

/// One value of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// What was measured.
    pub metric: Metric,
    /// The value, in the metric's unit.
    pub value: f64,
    /// What it is about.
    pub about: About,
}

impl Measure {
    /// The dimensions of each series that the value belongs to. A set of which a dimension is not known has no series here.
    ///
    /// How things stand in a part says nothing of how they stand in all: the value of a gauge belongs to the most exact of
    /// its series only.
    pub fn series(&self) -> impl Iterator<Item = Vec<(Dimension, String)>> {
        let value = |dimension: &Dimension| Some((*dimension, self.about.value(*dimension)?));
        let known = move |set: &&[Dimension]| set.iter().map(value).collect::<Option<Vec<_>>>();
        let all = self.metric.sets().iter().filter_map(known);
        let is_gauge = self.metric.kind() == Kind::Gauge;
        let most = if is_gauge { all.clone().map(|about| about.len()).max() } else { None };
        all.filter(move |about| most.is_none_or(|most| about.len() == most))
    }
}

/// What a measure is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct About {
    /// Where the customer spoke from.
    pub channel: Option<Channel>,
    /// The agent.
    pub agent: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The arm of an experiment.
    pub arm: Option<String>,
    /// One word for what came of it.
    pub outcome: Option<&'static str>,
    /// The queue of people.
    pub queue: Option<String>,
}

impl About {
    /// The value of a dimension, if it is known.
    pub fn value(&self, dimension: Dimension) -> Option<String> {
        match dimension {
            Dimension::Channel => self.channel.map(|channel| format!("{channel:?}").to_lowercase()),
            Dimension::Agent => self.agent.clone(),
            Dimension::Model => self.model.clone(),
            Dimension::Arm => self.arm.clone(),
            Dimension::Outcome => self.outcome.map(str::to_owned),
            Dimension::Queue => self.queue.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_belongs_to_the_total_and_to_each_part_that_is_known() {
        let about = About { channel: Some(Channel::Web), ..About::default() };
        let measure = Measure { metric: Metric::TurnLatency, value: 7.0, about };
        let series: Vec<_> = measure.series().collect();
        assert_eq!(series, [vec![], vec![(Dimension::Channel, "web".to_owned())]]);
    }

    #[test]
    fn how_things_stand_in_a_part_is_not_how_they_stand_in_all() {
        let of = |queue: Option<&str>| {
            let about = About { queue: queue.map(str::to_owned), ..About::default() };
            Measure { metric: Metric::HandoffsWaiting, value: 7.0, about }.series().collect::<Vec<_>>()
        };
        assert_eq!(of(None), [vec![]]);
        assert_eq!(of(Some("sales")), [vec![(Dimension::Queue, "sales".to_owned())]]);
    }

    #[test]
    fn names_lead_back_to_what_they_name() {
        assert!(Metric::ALL.into_iter().all(|metric| Metric::named(&metric.to_string()) == Some(metric)));
        assert!(Dimension::ALL.into_iter().all(|dimension| Dimension::named(dimension.name()) == Some(dimension)));
        assert_eq!((Metric::named("Customers"), Dimension::named("customer")), (None, None));
    }
}
