//! A bill: how much of what, at which price, and what that makes. Amounts are whole millionths of a dollar.

use models::prices::{PriceRow, Prices};
use serde::Serialize;

/// A month has so many tenths of a day.
const TENTHS_OF_DAYS: u64 = 304;
/// Bills are compared for so many turns.
const COMPARED: u64 = 10_000;
/// Trillionths of a dollar in a dollar, and in a millionth of it: prices are taken as whole numbers of them.
const PICO: f64 = 1e12;
const PICO_IN_MICRO: u128 = 1_000_000;

/// What a month costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Bill {
    /// Turns in the month.
    pub(super) turns: u64,
    /// What is paid for.
    pub(super) lines: Vec<Line>,
}

/// One thing that is paid for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Line {
    /// The service, such as `Lambda`.
    pub(super) part: &'static str,
    /// What of it.
    pub(super) what: String,
    /// Whether it costs the same however many turns there are.
    pub(super) fixed: bool,
    /// How much of it in a month, in the unit of the price.
    pub(super) quantity: f64,
    /// The price: its row in `infra/models/data/prices.csv`.
    pub(super) price: String,
    /// Its unit.
    pub(super) unit: String,
    /// For one unit, in US dollars.
    pub(super) usd: f64,
    /// When it was looked up.
    pub(super) as_of: String,
    /// What the month costs.
    pub(super) micro_usd: u64,
}

/// How much there is of something: `count` pieces, where the price is for `unit` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) count: u128,
    pub(super) unit: u128,
}

/// How many pieces some prices are for.
pub(super) const ONE: u128 = 1;
pub(super) const THOUSAND: u128 = 1_000;
pub(super) const MILLION: u128 = 1_000_000;
pub(super) const GIGABYTE: u128 = 1 << 30;
/// Megabytes and milliseconds in a gigabyte and second.
pub(super) const GIGABYTE_SECOND: u128 = 1_024 * 1_000;

/// Turns in a month of 30.4 days.
pub(super) fn turns_a_month(a_day: u64) -> u64 {
    a_day.saturating_mul(TENTHS_OF_DAYS).div_ceil(10)
}

impl Bill {
    pub(super) fn new(turns: u64) -> Self {
        Self { turns, lines: Vec::new() }
    }

    /// Adds so much of what has this price. `fixed`: however many turns there are.
    ///
    /// # Errors
    /// A sentence, when the table has no such price.
    pub(super) fn add(
        &mut self,
        (part, what, fixed): (&'static str, &str, bool),
        price: &str,
        amount: Amount,
    ) -> Result<(), String> {
        let prices = Prices::shipped().map_err(|error| error.to_string())?;
        let row = prices.row(price).ok_or_else(|| {
            format!(
                "no price is known for {price:?}\n  add it to infra/models/data/prices.csv, with its date and source"
            )
        })?;
        self.lines.push(Line {
            part,
            what: what.into(),
            fixed,
            quantity: amount.count as f64 / amount.unit as f64,
            price: row.id.clone(),
            unit: row.unit.clone(),
            usd: row.usd,
            as_of: row.as_of.clone(),
            micro_usd: cost(row, amount),
        });
        Ok(())
    }

    /// What the lines that `pick` chooses cost in the month.
    pub(super) fn sum(&self, pick: impl Fn(&Line) -> bool) -> u64 {
        self.lines.iter().filter(|line| pick(line)).map(|line| line.micro_usd).sum()
    }

    /// What an amount of the month is for ten thousand turns, to the nearest millionth.
    pub(super) fn compared(&self, micro_usd: u64) -> u64 {
        let turns = u128::from(self.turns.max(1));
        let share = (u128::from(micro_usd) * u128::from(COMPARED) + turns / 2) / turns;
        u64::try_from(share).unwrap_or(u64::MAX)
    }
}

/// What so much costs; a begun millionth counts whole.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a price is a small positive number")]
pub(super) fn cost(row: &PriceRow, amount: Amount) -> u64 {
    let pico = (row.usd * PICO).round() as u128;
    let micro = amount.count.saturating_mul(pico).div_ceil(amount.unit * PICO_IN_MICRO);
    u64::try_from(micro).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_quantity_times_price() {
        // By hand: 17.5 M tokens at $0.035 a million; 3 tokens; half a gigabyte for 1,000 s at $0.0000133334;
        // 96 write units at $0.625 a million; 5 GB at $0.50; one key.
        let cases = [
            ("bedrock.nova-micro.in", 17_500_000, MILLION, 612_500),
            ("bedrock.nova-micro.in", 3, MILLION, 1),
            ("lambda.arm64.gb_s", 512 * 1_000_000, GIGABYTE_SECOND, 6_667),
            ("dynamodb.wru", 96, MILLION, 60),
            ("cw.logs.ingest", 5 << 30, GIGABYTE, 2_500_000),
            ("kms.cmk", 1, ONE, 1_000_000),
        ];
        for (price, count, unit, expected) in cases {
            let mut bill = Bill::new(1);
            bill.add(("part", "what", false), price, Amount { count, unit }).unwrap();
            assert_eq!(bill.lines[0].micro_usd, expected, "{price}");
        }
    }

    #[test]
    fn a_month_has_30_4_days_and_is_compared_by_ten_thousand_turns() {
        assert_eq!((turns_a_month(1_000), turns_a_month(1), turns_a_month(0)), (30_400, 31, 0));
        let mut bill = Bill::new(30_400);
        bill.add(("a", "turns", false), "apigw.http", Amount { count: 30_400, unit: MILLION }).unwrap();
        bill.add(("a", "zone", true), "route53.zone", Amount { count: 1, unit: ONE }).unwrap();
        assert_eq!((bill.sum(|line| !line.fixed), bill.sum(|_| true)), (30_400, 530_400));
        assert_eq!(bill.compared(30_400), 10_000, "a cent for ten thousand requests at a dollar a million");
        assert_eq!(bill.compared(500_000), 164_474, "by hand: 0.5 / 3.04");
        assert_eq!(Bill::new(0).compared(0), 0);
    }

    #[test]
    fn an_unknown_price_is_named() {
        let error = Bill::new(1).add(("a", "b", true), "moon.dust", Amount { count: 1, unit: ONE }).unwrap_err();
        assert!(error.contains("moon.dust") && error.contains("prices.csv"), "{error}");
    }
}
