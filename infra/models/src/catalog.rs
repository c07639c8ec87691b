//! Which models there are and what each can do, by the table in `data/models.toml`.

use std::sync::LazyLock;

use contract::{Error, Result};
use jiff::civil::Date;
use serde::Deserialize;

use crate::prices::{Price, Prices};

const TABLE: &str = include_str!("../data/models.toml");
const FILE: &str = "infra/models/data/models.toml";

static SHIPPED: LazyLock<std::result::Result<Vec<Card>, String>> =
    LazyLock::new(|| toml::from_str(TABLE).map(|table: Table| table.model).map_err(|cause| cause.to_string()));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    model: Vec<Card>,
}

/// What one model, or several of one kind, can do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Whose wire it speaks.
    pub vendor: Vendor,
    /// How its id begins, without the geography of a profile (`us.`, `eu.`, …).
    pub id: String,
    /// The family that it belongs to, such as `nova`.
    pub family: String,
    /// Its rows in the table of prices, without `.in` and `.out`.
    pub price: String,
    /// Whether it takes a system prompt; if not, ours is put before the first message.
    pub system: bool,
    /// Whether it can answer in pieces.
    pub stream: bool,
    /// Whether it can call tools.
    pub tools: bool,
    /// How it is brought to answer in a shape.
    pub shape: ShapedBy,
    /// The fewest tokens of a prefix that the vendor keeps when asked to; none: it keeps nothing on request.
    pub cache_from: Option<u32>,
    /// The day from which on the vendor does not serve it any more, if that is known.
    pub ends: Option<Date>,
}

/// Whose wire a model speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// Amazon Bedrock: Converse and ConverseStream.
    Bedrock,
    /// OpenAI: chat completions.
    OpenAi,
}

/// How a model is brought to answer in a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShapedBy {
    /// The vendor holds it to a JSON Schema.
    Schema,
    /// It is made to call a tool that takes the shape.
    Tool,
    /// It is told the schema in words, and may miss it.
    Words,
}

impl Card {
    /// The card of the model with this id, which must not have ended by `today`.
    ///
    /// # Errors
    /// `Invalid`, with a hint, when no card fits or the model has ended.
    pub fn find(vendor: Vendor, id: &str, today: Date) -> Result<&'static Self> {
        let cards = SHIPPED.as_ref().map_err(|cause| Error::invalid(FILE, cause.clone()))?;
        let fitting = cards.iter().filter(|card| card.vendor == vendor && id.starts_with(&card.id));
        let card = fitting.max_by_key(|card| card.id.len()).ok_or_else(|| {
            Error::invalid("model", format!("nothing is known of the model {id:?}"))
                .hint(format!("add what it can do to {FILE} and its price to infra/models/data/prices.csv"))
        })?;
        match card.ends.filter(|end| *end <= today) {
            None => Ok(card),
            Some(end) => {
                let alive =
                    cards.iter().filter(|other| other.vendor == vendor && other.ends.is_none_or(|end| end > today));
                let others: Vec<&str> = alive.map(|other| other.id.trim_end_matches('-')).collect();
                Err(Error::invalid("model", format!("the model {id:?} ended on {end}"))
                    .hint(format!("choose another, such as one of {}", others.join(", "))))
            }
        }
    }

    /// What its tokens cost.
    ///
    /// # Errors
    /// `Invalid` when its price is not known.
    pub fn price(&self) -> Result<Price> {
        Prices::shipped()?.of_model(&self.price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn every_card_has_a_price_and_fits_itself() {
        let cards = SHIPPED.as_ref().unwrap();
        assert!(cards.len() >= 14);
        for card in cards {
            assert!(!card.price().unwrap().is_free(), "{card:?}");
            assert_eq!(Card::find(card.vendor, &card.id, day("2020-01-01")).unwrap(), card);
        }
    }

    #[test]
    fn a_model_that_ended_is_refused_from_that_day_on() {
        let jamba = "ai21.jamba-1-5-mini-v1:0";
        assert_eq!(Card::find(Vendor::Bedrock, jamba, day("2026-11-25")).unwrap().family, "jamba");
        let error = Card::find(Vendor::Bedrock, jamba, day("2026-11-26")).unwrap_err().to_string();
        assert!(error.contains("ended on 2026-11-26") && error.contains("amazon.nova-micro"), "{error}");
    }

    #[test]
    fn an_unknown_model_is_refused_and_the_files_named() {
        let error = Card::find(Vendor::OpenAi, "gpt-99", day("2026-11-01")).unwrap_err().to_string();
        assert!(error.contains("models.toml") && error.contains("prices.csv"), "{error}");
    }
}
