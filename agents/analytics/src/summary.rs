//! What the counts of a window say: rates, percentiles, cost.

use std::collections::BTreeMap;

use learning::Count;
use serde::Serialize;

use crate::about::Dimension;
use crate::buckets::Buckets;

/// What was counted in a window, about everything and by each dimension.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Of everything.
    pub all: Figures,
    by: BTreeMap<Dimension, BTreeMap<String, Figures>>,
}

/// What was counted about one thing. A share is none when nothing was counted that it could be of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// Turns that were closed.
    pub turns: i64,
    /// Of them, those whose reply lacks something.
    pub degraded: i64,
    /// `degraded / turns`.
    pub degraded_share: Option<f64>,
    /// How long turns (of an agent: its own part) took.
    pub latency_ms: Percentiles,
    /// Until the first words of the reply.
    pub first_word_ms: Percentiles,
    /// Conversations that began.
    pub conversations: i64,
    /// Of them, those in which a person was asked for or took over.
    pub escalated: i64,
    /// Containment: `1 - escalated / conversations`.
    pub containment: Option<f64>,
    /// Conversations of customers about a matter.
    pub matters: i64,
    /// Of them, those of a customer who had asked about the same matter within seven days before.
    pub repeated: i64,
    /// Repeat contact: `repeated / matters`.
    pub repeat_contact: Option<f64>,
    /// Of the matters, those that were neither escalated nor a repeat nor followed by one within seven days.
    pub resolved_first: i64,
    /// First-contact resolution: `resolved_first / matters`. Final seven days after the window.
    pub first_contact_resolution: Option<f64>,
    /// Replies that helped, said the customer.
    pub feedback_up: i64,
    /// Replies that did not.
    pub feedback_down: i64,
    /// `feedback_up / (feedback_up + feedback_down)`.
    pub satisfaction: Option<f64>,
    /// What was done for customers.
    pub actions_done: i64,
    /// What was tried and was not done.
    pub actions_failed: i64,
    /// What came of an agent, or of the calls of a model, by one word.
    pub outcomes: BTreeMap<String, i64>,
    /// Tokens that models read.
    pub input_tokens: i64,
    /// Tokens that models wrote.
    pub output_tokens: i64,
    /// Price of the models, in millionths of a US dollar.
    pub micro_usd: i64,
    /// `micro_usd / conversations`.
    pub micro_usd_per_conversation: Option<f64>,
}

/// Three percentiles in milliseconds, read from buckets; none of nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Percentiles {
    /// The median.
    pub p50: Option<f64>,
    /// Nineteen of twenty.
    pub p95: Option<f64>,
    /// Ninety-nine of a hundred.
    pub p99: Option<f64>,
}

impl From<&Buckets> for Percentiles {
    fn from(buckets: &Buckets) -> Self {
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| buckets.percentile(share));
        Self { p50, p95, p99 }
    }
}

impl Summary {
    /// What these counts say. Counts of other learners are left out.
    pub fn of<'a>(counts: impl IntoIterator<Item = &'a (Count, i64)>) -> Self {
        let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
        for (count, number) in counts {
            sums.entry(&count.about).or_default().add(&count.what, *number);
        }
        let mut summary = Self::default();
        for (about, sum) in sums {
            let figures = sum.figures();
            let named = about.split_once('=').and_then(|(name, value)| Some((Dimension::named(name)?, value)));
            match named {
                Some(_) if figures == Figures::default() => {}
                Some((dimension, value)) => {
                    summary.by.entry(dimension).or_default().insert(value.to_owned(), figures);
                }
                None if about.is_empty() => summary.all = figures,
                None => {}
            }
        }
        summary
    }

    /// The figures by this dimension, by value.
    pub fn by(&self, dimension: Dimension) -> impl Iterator<Item = (&str, &Figures)> {
        self.by.get(&dimension).into_iter().flatten().map(|(value, figures)| (value.as_str(), figures))
    }
}

/// The counts about one thing.
#[derive(Default)]
struct Sum {
    figures: Figures,
    latency: Buckets,
    first_word: Buckets,
}

impl Sum {
    fn add(&mut self, what: &str, number: i64) {
        let figures = &mut self.figures;
        match what.split_once('/') {
            Some(("latency", bucket)) => self.latency.add(bucket, number),
            Some(("first_word", bucket)) => self.first_word.add(bucket, number),
            Some(("outcome" | "call", word)) => *figures.outcomes.entry(word.to_owned()).or_default() += number,
            _ => {
                let field = match what {
                    "turns" => &mut figures.turns,
                    "degraded" => &mut figures.degraded,
                    "conversations" => &mut figures.conversations,
                    "escalated" => &mut figures.escalated,
                    "matters" => &mut figures.matters,
                    "repeated" => &mut figures.repeated,
                    "resolved_first" => &mut figures.resolved_first,
                    "feedback/up" => &mut figures.feedback_up,
                    "feedback/down" => &mut figures.feedback_down,
                    "action/done" => &mut figures.actions_done,
                    "action/failed" => &mut figures.actions_failed,
                    "tokens/in" => &mut figures.input_tokens,
                    "tokens/out" => &mut figures.output_tokens,
                    "micro_usd" => &mut figures.micro_usd,
                    _another_learners => return,
                };
                *field += number;
            }
        }
    }

    fn figures(self) -> Figures {
        let found = self.figures;
        let share = |part: i64, whole: i64| (whole > 0).then(|| part as f64 / whole as f64);
        Figures {
            degraded_share: share(found.degraded, found.turns),
            latency_ms: Percentiles::from(&self.latency),
            first_word_ms: Percentiles::from(&self.first_word),
            containment: share(found.conversations - found.escalated, found.conversations),
            repeat_contact: share(found.repeated, found.matters),
            first_contact_resolution: share(found.resolved_first, found.matters),
            satisfaction: share(found.feedback_up, found.feedback_up + found.feedback_down),
            micro_usd_per_conversation: share(found.micro_usd, found.conversations),
            ..found
        }
    }
}
