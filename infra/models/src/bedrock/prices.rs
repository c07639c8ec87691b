//! What tokens cost, by the dated table in `data/prices.toml`.

use contract::{Error, ErrorKind, Result, Usage};
use serde::Deserialize;

const TABLE: &str = include_str!("../../data/prices.toml");

/// Trillionths of a dollar in a millionth: prices are kept in whole numbers, so that sums are exact.
const PICO_IN_MICRO: u64 = 1_000_000;

/// The price of one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Price {
    /// For a token read, in trillionths of a dollar.
    input: u64,
    /// For a token written, in trillionths of a dollar.
    output: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[allow(dead_code, reason = "the table must be dated, for whoever reads it")]
    as_of: String,
    #[allow(dead_code, reason = "the table must say where it is from, for whoever reads it")]
    source: String,
    price: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    model: String,
    input: f64,
    output: f64,
}

impl Price {
    /// The price of `model`, an id without a geography.
    ///
    /// # Errors
    /// `Invalid` when the table has none; `Internal` when the table cannot be read.
    pub(super) fn of(model: &str) -> Result<Self> {
        let rows = table()?.price.into_iter().filter(|row| model.starts_with(&row.model));
        match rows.max_by_key(|row| row.model.len()) {
            // A dollar for a million tokens is a millionth of a dollar for one.
            Some(row) => Ok(Self { input: pico(row.input), output: pico(row.output) }),
            None => Err(Error::invalid("bedrock", format!("the price of the model {model:?} is not known"))
                .hint("add it to infra/models/data/prices.toml, with the date and the source of the price")),
        }
    }

    /// What so many tokens cost together; a begun millionth of a dollar counts whole.
    pub(super) fn usage(self, input_tokens: u64, output_tokens: u64) -> Usage {
        let pico = input_tokens.saturating_mul(self.input).saturating_add(output_tokens.saturating_mul(self.output));
        Usage { input_tokens, output_tokens, micro_usd: pico.div_ceil(PICO_IN_MICRO) }
    }
}

fn table() -> Result<Table> {
    let unreadable = |cause| Error::new(ErrorKind::Internal, "the table of prices cannot be read").caused_by(cause);
    toml::from_str(TABLE).map_err(|cause: toml::de::Error| unreadable(cause))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a price is a small positive number")]
fn pico(micro: f64) -> u64 {
    (micro * PICO_IN_MICRO as f64).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_costs_what_the_table_says() {
        let cases = [
            // The usual call of the plan: $0.40 for 10,000 of them.
            ("amazon.nova-micro-v1:0", 500, 160, 40),
            ("amazon.nova-micro-v1:0", 1_000_000, 1_000_000, 175_000),
            ("amazon.nova-2-lite-v1:0", 1_000_000, 0, 300_000),
            ("anthropic.claude-haiku-4-5-20251001-v1:0", 10, 10, 60),
            ("meta.llama3-3-70b-instruct-v1:0", 1, 0, 1),
            ("amazon.nova-micro-v1:0", 0, 0, 0),
        ];
        for (model, input, output, micro_usd) in cases {
            let usage = Price::of(model).unwrap().usage(input, output);
            assert_eq!(usage, Usage { input_tokens: input, output_tokens: output, micro_usd }, "{model}");
        }
    }

    #[test]
    fn a_model_without_a_price_is_refused_and_the_file_named() {
        let error = Price::of("acme.thinker-v1:0").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert!(error.to_string().contains("infra/models/data/prices.toml"), "{error}");
    }

    #[test]
    fn every_price_of_the_table_is_above_nothing() {
        let table = table().unwrap();
        assert!(table.price.len() >= 11);
        assert!(table.price.iter().all(|row| row.input > 0.0 && row.output > 0.0 && row.model.contains('.')));
    }
}
