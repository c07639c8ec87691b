//! What things cost, by the dated table in `data/prices.csv`: tokens of models, and the parts of AWS around them.

use std::sync::LazyLock;

use contract::{Error, Result, Usage};
use serde::Deserialize;

const TABLE: &str = include_str!("../data/prices.csv");

/// Trillionths of a dollar in a millionth: prices of tokens are kept in whole numbers, so that sums are exact.
const PICO_IN_MICRO: u64 = 1_000_000;

static SHIPPED: LazyLock<std::result::Result<Prices, String>> = LazyLock::new(|| Prices::parse(TABLE));

/// The table of prices.
#[derive(Debug, Clone)]
pub struct Prices(Vec<PriceRow>);

/// One price, with where it comes from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRow {
    /// What costs it, such as `bedrock.nova-micro.in` or `lambda.request`.
    pub id: String,
    /// What is counted, such as `1M tokens`.
    pub unit: String,
    /// The price of one unit, in US dollars.
    pub usd: f64,
    /// When it was looked up: a year, a month or a day.
    pub as_of: String,
    /// Where.
    pub source: String,
}

/// What the tokens of one model cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// For a token read, in trillionths of a US dollar.
    input: u64,
    /// For a token written, in trillionths of a US dollar.
    output: u64,
    /// For a token read from the vendor's cache, in trillionths of a US dollar.
    cached: u64,
    /// For a token read and kept in the vendor's cache, in trillionths of a US dollar.
    kept: u64,
}

/// The tokens of one call, as a vendor counts them. None is counted twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Read, neither from the cache nor into it.
    pub input: u64,
    /// Read from the cache.
    pub cache_read: u64,
    /// Read and kept in the cache.
    pub cache_write: u64,
    /// Written.
    pub output: u64,
}

impl Prices {
    /// The table that ships with the product.
    ///
    /// # Errors
    /// `Invalid` when it cannot be read.
    pub fn shipped() -> Result<&'static Self> {
        SHIPPED.as_ref().map_err(|cause| Error::invalid("infra/models/data/prices.csv", cause.clone()))
    }

    fn parse(text: &str) -> std::result::Result<Self, String> {
        let rows: std::result::Result<Vec<PriceRow>, _> =
            csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect();
        let rows = rows.map_err(|cause| cause.to_string())?;
        match rows.iter().find(|row| !(row.usd > 0.0 && row.usd.is_finite())) {
            Some(row) => Err(format!("the price of {} is {}", row.id, row.usd)),
            None => Ok(Self(rows)),
        }
    }

    /// The row with this id.
    pub fn row(&self, id: &str) -> Option<&PriceRow> {
        self.0.iter().find(|row| row.id == id)
    }

    /// What the tokens of a model cost: the rows `ID.in`, `ID.out` and, where the vendor has them,
    /// `ID.cache_read` and `ID.cache_write`; where it has not, those tokens cost what others cost that are read.
    ///
    /// # Errors
    /// `Invalid`, with a hint, when the table has none.
    pub fn of_model(&self, id: &str) -> Result<Price> {
        let price = |side: &str| self.row(&format!("{id}.{side}")).map(|row| pico(row.usd));
        match (price("in"), price("out")) {
            // A dollar for a million tokens is a millionth of a dollar for one.
            (Some(input), Some(output)) => Ok(Price {
                input,
                output,
                cached: price("cache_read").unwrap_or(input),
                kept: price("cache_write").unwrap_or(input),
            }),
            _ => Err(Error::invalid("model", format!("the price of {id:?} is not known"))
                .hint("add it to infra/models/data/prices.csv, with the date and the source of the price")),
        }
    }
}

impl Price {
    /// What is free, as the built-in answerer and a server of one's own.
    pub const FREE: Self = Self { input: 0, output: 0, cached: 0, kept: 0 };

    /// What so many tokens cost together; a begun millionth of a dollar counts whole.
    pub fn usage(self, input_tokens: u64, output_tokens: u64) -> Usage {
        self.usage_with_cache(input_tokens, 0, output_tokens)
    }

    /// As [`Self::usage`], where so many further tokens were read from the vendor's cache.
    pub fn usage_with_cache(self, input_tokens: u64, cached_tokens: u64, output_tokens: u64) -> Usage {
        self.of(Tokens { input: input_tokens, cache_read: cached_tokens, output: output_tokens, cache_write: 0 })
    }

    /// What these tokens cost together; a begun millionth of a dollar counts whole.
    pub fn of(self, tokens: Tokens) -> Usage {
        let Tokens { input, cache_read, cache_write, output } = tokens;
        let read = [(input, self.input), (cache_read, self.cached), (cache_write, self.kept)];
        let parts = read.into_iter().chain([(output, self.output)]);
        let pico = parts.map(|(tokens, price)| tokens.saturating_mul(price)).fold(0, u64::saturating_add);
        Usage {
            input_tokens: input.saturating_add(cache_read).saturating_add(cache_write),
            cached_tokens: cache_read,
            output_tokens: output,
            micro_usd: pico.div_ceil(PICO_IN_MICRO),
        }
    }

    /// The most that so many tokens can cost, whatever the vendor's cache does with what is read.
    pub fn most(self, input_tokens: u64, output_tokens: u64) -> Usage {
        let dearest = Self { input: self.input.max(self.kept).max(self.cached), ..self };
        dearest.usage(input_tokens, output_tokens)
    }

    /// Whether nothing is ever paid.
    pub fn is_free(self) -> bool {
        self == Self::FREE
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a price is a small positive number")]
fn pico(micro: f64) -> u64 {
    (micro * PICO_IN_MICRO as f64).round() as u64
}

#[cfg(test)]
mod tests {
    use contract::ErrorKind;

    use super::*;

    #[test]
    fn a_call_costs_what_the_table_says() {
        let cases = [
            // The usual call of the plan: $0.40 for 10,000 of them.
            ("bedrock.nova-micro", 500, 160, 40),
            ("bedrock.nova-micro", 1_000_000, 1_000_000, 175_000),
            ("bedrock.nova-2-lite", 1_000_000, 0, 300_000),
            ("bedrock.claude-haiku-4-5", 10, 10, 60),
            ("bedrock.llama-3-3-70b", 1, 0, 1),
            ("openai.gpt-5.4-nano", 1_000, 1_000, 1_450),
            ("bedrock.nova-micro", 0, 0, 0),
        ];
        for (model, input, output, micro_usd) in cases {
            let usage = Prices::shipped().unwrap().of_model(model).unwrap().usage(input, output);
            assert_eq!(
                usage,
                Usage { input_tokens: input, cached_tokens: 0, output_tokens: output, micro_usd },
                "{model}"
            );
        }
        let nova = Prices::shipped().unwrap().of_model("bedrock.nova-micro").unwrap();
        let cached = nova.usage_with_cache(0, 1_000_000, 0);
        assert_eq!(
            cached,
            Usage { input_tokens: 1_000_000, cached_tokens: 1_000_000, output_tokens: 0, micro_usd: 8_750 }
        );
        let haiku = Prices::shipped().unwrap().of_model("bedrock.claude-haiku-4-5").unwrap();
        let tokens = Tokens { input: 1_000, cache_read: 10_000, cache_write: 5_000, output: 100 };
        assert_eq!(
            haiku.of(tokens),
            Usage { input_tokens: 16_000, cached_tokens: 10_000, output_tokens: 100, micro_usd: 8_750 }
        );
        assert_eq!((haiku.most(1_000, 0).micro_usd, nova.most(1_000, 0).micro_usd), (1_250, 35));
    }

    #[test]
    fn a_model_without_a_price_is_refused_and_the_file_named() {
        let error = Prices::shipped().unwrap().of_model("bedrock.thinker").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert!(error.to_string().contains("infra/models/data/prices.csv"), "{error}");
    }

    #[test]
    fn a_broken_table_says_what_is_wrong() {
        let head = "id,unit,usd,as_of,source\n";
        for (row, expected) in [("a,b,0,2026,x", "price of a"), ("a,b,free,2026,x", "invalid float"), ("a,b", "record")]
        {
            let error = Prices::parse(&format!("{head}{row}")).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
