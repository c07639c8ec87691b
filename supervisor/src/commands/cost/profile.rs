//! What a deployment is made of: which parts of AWS a turn uses, and which cost the same without any turn.

use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

use super::bill::{Amount, Bill, GIGABYTE, GIGABYTE_SECOND, MILLION, ONE, THOUSAND, turns_a_month};
use super::play::Played;

/// Write units of the ledger for a call of a model: the accounts of the session and of the day, set aside and settled, in
/// transactions, which cost double (`tests/aws/ledger.rs`).
const LEDGER_WRITES: u64 = 8;
/// What the library takes on S3, documents and editions, in megabytes: the shipped one takes two, larger ones have room.
const LIBRARY_MB: u128 = 20;
/// Hours of a month, for what is done by the clock.
const MONTH: Duration = Duration::from_secs(2_626_560);
/// Gigabytes of DynamoDB and dashboards of CloudWatch that are free for good.
const FREE_STORAGE: u128 = 25 * GIGABYTE;
const FREE_DASHBOARDS: u128 = 3;

/// Which parts a deployment has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Profile {
    /// What it takes to run: an HTTP API, functions, tables, a bucket, logs and three alarms.
    Lean,
    /// What a company runs: a REST API behind a firewall, series of metrics, ten alarms, dashboards, a key and a secret of its own,
    /// a domain, backups, and bounds of spending that hold for all processes.
    Production,
}

/// What production has that costs money without a turn: what it is, its price, and how many.
const FIXED: [(&str, &str, &str, u128); 6] = [
    ("WAF", "web ACL", "waf.acl", 1),
    ("WAF", "rules: SQL, scripts, known bad, reputation, rate, geography", "waf.rule", 6),
    ("CloudWatch", "alarms", "cw.alarm", 10),
    ("fixed", "key of our own (KMS)", "kms.cmk", 1),
    ("fixed", "secret", "secretsmanager.secret", 1),
    ("fixed", "zone of the domain", "route53.zone", 1),
];
const LEAN_ALARMS: u128 = 3;
const DASHBOARDS: u128 = 2;

/// Everything that a bill is computed from.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Load {
    pub(super) profile: Profile,
    pub(super) turns_a_day: u64,
    /// Id of the model in the table of prices.
    pub(super) model: String,
    /// How many of a hundred generations ask the model; the others are answered by the built-in engine.
    pub(super) asked_percent: u64,
    /// Memory of the function.
    pub(super) memory_mb: u64,
    /// How long a turn takes without its models, and how much longer with each call.
    pub(super) own_ms: u64,
    pub(super) model_ms: u64,
    /// What a turn writes to the log: its line, a line for each call, its measures, and Lambda's own lines.
    pub(super) log_bytes: u64,
    /// How often a function looks for a newer library, in seconds.
    pub(super) refresh_s: u64,
    /// How long conversations are kept, in days.
    pub(super) retention_days: u64,
    /// What turns took when they were played.
    pub(super) played: Played,
}

impl Load {
    /// So much of what was counted over all turns that were played, for a month.
    fn month(&self, counted: u64) -> u128 {
        let turns = u128::from(turns_a_month(self.turns_a_day));
        (u128::from(counted) * turns).div_ceil(u128::from(self.played.turns.max(1)))
    }

    /// As [`Self::month`], for what only asked models take.
    fn asked(&self, counted: u64) -> u128 {
        (self.month(counted) * u128::from(self.asked_percent)).div_ceil(100)
    }

    /// The bill of a month.
    ///
    /// # Errors
    /// A sentence, when a price is missing.
    pub(super) fn bill(&self) -> Result<Bill, String> {
        let mut bill = Bill::new(turns_a_month(self.turns_a_day));
        self.of_model(&mut bill)?;
        self.of_turns(&mut bill)?;
        self.of_tables(&mut bill)?;
        self.of_watching(&mut bill)?;
        self.of_standing(&mut bill)?;
        Ok(bill)
    }

    fn of_model(&self, bill: &mut Bill) -> Result<(), String> {
        for (what, side, counted) in
            [("tokens read", "in", self.played.input_tokens), ("tokens written", "out", self.played.output_tokens)]
        {
            let amount = Amount { count: self.asked(counted), unit: MILLION };
            bill.add(("model", what, false), &format!("{}.{side}", self.model), amount)?;
        }
        Ok(())
    }

    fn of_turns(&self, bill: &mut Bill) -> Result<(), String> {
        let turns = Amount { count: bill.turns.into(), unit: MILLION };
        let ms = u128::from(bill.turns) * u128::from(self.own_ms)
            + self.asked(self.played.calls) * u128::from(self.model_ms);
        let memory = Amount { count: ms * u128::from(self.memory_mb), unit: GIGABYTE_SECOND };
        bill.add(("Lambda", "requests", false), "lambda.request", turns)?;
        bill.add(("Lambda", "time", false), "lambda.arm64.gb_s", memory)?;
        let (what, price) = match self.profile {
            Profile::Lean => ("requests to an HTTP API", "apigw.http"),
            Profile::Production => ("requests to a REST API", "apigw.rest"),
        };
        bill.add(("API", what, false), price, turns)?;
        if self.profile == Profile::Production {
            bill.add(("WAF", "requests", false), "waf.request", turns)?;
        }
        Ok(())
    }

    fn of_tables(&self, bill: &mut Bill) -> Result<(), String> {
        let units = |count| Amount { count, unit: MILLION };
        bill.add(("DynamoDB", "writes of turns", false), "dynamodb.wru", units(self.month(self.played.write_units)))?;
        bill.add(("DynamoDB", "reads of turns", false), "dynamodb.rru", units(self.month(self.played.read_units)))?;
        let per_day = u128::from(self.played.item_bytes) * u128::from(self.turns_a_day);
        let kept = per_day * u128::from(self.retention_days) / u128::from(self.played.turns.max(1));
        let paid = kept.saturating_sub(FREE_STORAGE);
        bill.add(("DynamoDB", "storage", false), "dynamodb.storage", Amount { count: paid, unit: GIGABYTE })?;
        if self.profile == Profile::Production {
            let ledger = self.asked(self.played.calls) * u128::from(LEDGER_WRITES);
            bill.add(("DynamoDB", "writes of the ledger", false), "dynamodb.wru", units(ledger))?;
            bill.add(("DynamoDB", "backups", false), "dynamodb.pitr", Amount { count: kept, unit: GIGABYTE })?;
        }
        Ok(())
    }

    fn of_watching(&self, bill: &mut Bill) -> Result<(), String> {
        let log = Amount { count: u128::from(bill.turns) * u128::from(self.log_bytes), unit: GIGABYTE };
        bill.add(("CloudWatch", "logs taken in", false), "cw.logs.ingest", log)?;
        bill.add(("CloudWatch", "logs kept for a month", false), "cw.logs.storage", log)?;
        let one = |count: u128| Amount { count, unit: ONE };
        match self.profile {
            Profile::Lean => bill.add(("CloudWatch", "alarms", true), "cw.alarm", one(LEAN_ALARMS)),
            Profile::Production => {
                bill.add(("CloudWatch", "series of metrics", true), "cw.metric", one(self.played.series.into()))?;
                let dashboards = DASHBOARDS.saturating_sub(FREE_DASHBOARDS);
                bill.add(("CloudWatch", "dashboards (2; 3 are free)", true), "cw.dashboard", one(dashboards))
            }
        }
    }

    /// What costs the same without any turn.
    fn of_standing(&self, bill: &mut Bill) -> Result<(), String> {
        let looks = u128::from(MONTH.as_secs() / self.refresh_s.max(1));
        bill.add(("S3", "library", true), "s3.standard", Amount { count: LIBRARY_MB, unit: 1_024 })?;
        bill.add(("S3", "looks for a newer library", true), "s3.get", Amount { count: looks, unit: THOUSAND })?;
        if self.profile == Profile::Production {
            for (part, what, price, count) in FIXED {
                bill.add((part, what, true), price, Amount { count, unit: ONE })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two turns were played: three calls of 500 tokens in and 160 out together, 32 write units and 4 read units a turn.
    fn load(profile: Profile) -> Load {
        Load {
            profile,
            turns_a_day: 1_000,
            model: "bedrock.nova-micro".into(),
            asked_percent: 100,
            memory_mb: 512,
            own_ms: 10,
            model_ms: 1_000,
            log_bytes: 2_048,
            refresh_s: 300,
            retention_days: 30,
            played: Played {
                conversations: 1,
                turns: 2,
                calls: 3,
                input_tokens: 1_500,
                output_tokens: 480,
                record_bytes: 40_000,
                item_bytes: 20_480,
                write_units: 64,
                read_units: 8,
                series: 40,
            },
        }
    }

    fn of(bill: &Bill, part: &str, what: &str) -> u64 {
        bill.sum(|line| line.part == part && line.what.starts_with(what))
    }

    #[test]
    fn a_lean_bill_is_as_computed_by_hand() {
        let bill = load(Profile::Lean).bill().unwrap();
        assert_eq!(bill.turns, 30_400);
        let expected = [
            ("model", "tokens read", 798_000),        // 30,400 × 750 × 0.035
            ("model", "tokens written", 1_021_440),   // 30,400 × 240 × 0.14
            ("Lambda", "requests", 6_080),            // 30,400 × 0.20
            ("Lambda", "time", 306_029),              // 30,400 × 1.51 s × 0.5 GB × 13.3334, rounded up
            ("API", "requests to an HTTP", 30_400),   // 30,400 × 1.00
            ("DynamoDB", "writes of turns", 608_000), // 30,400 × 32 × 0.625
            ("DynamoDB", "reads of turns", 15_200),   // 30,400 × 4 × 0.125
            ("DynamoDB", "storage", 0),               // 0.3 GB of 25 that are free
            ("CloudWatch", "logs taken in", 28_992),  // 30,400 × 2 KB = 0.057983 GB × 0.50
            ("CloudWatch", "alarms", 300_000),        // 3 × 0.10
        ];
        for (part, what, micro_usd) in expected {
            assert_eq!(of(&bill, part, what), micro_usd, "{part} {what}");
        }
    }

    #[test]
    fn production_adds_what_a_company_runs() {
        let bill = load(Profile::Production).bill().unwrap();
        let expected = [
            ("API", "requests to a REST", 106_400), // 30,400 × 3.50
            ("WAF", "requests", 18_240),            // 30,400 × 0.60
            ("WAF", "web ACL", 5_000_000),
            ("WAF", "rules", 6_000_000),
            ("DynamoDB", "writes of the ledger", 228_000), // 45,600 calls × 8 × 0.625
            ("CloudWatch", "series", 12_000_000),          // 40 × 0.30
            ("CloudWatch", "dashboards", 0),
            ("fixed", "", 1_900_000), // 1.00 + 0.40 + 0.50
        ];
        for (part, what, micro_usd) in expected {
            assert_eq!(of(&bill, part, what), micro_usd, "{part} {what}");
        }
    }

    #[test]
    fn who_is_not_asked_is_not_paid() {
        let half = Load { asked_percent: 50, ..load(Profile::Production) }.bill().unwrap();
        assert_eq!(of(&half, "model", "tokens read"), 399_000);
        assert_eq!(of(&half, "DynamoDB", "writes of the ledger"), 114_000);
        let none = Load { asked_percent: 0, ..load(Profile::Lean) }.bill().unwrap();
        assert_eq!((none.sum(|line| line.part == "model"), of(&none, "Lambda", "time")), (0, 2_027));
        let unknown = Load { model: "bedrock.thinker".into(), ..load(Profile::Lean) }.bill();
        assert!(unknown.unwrap_err().contains("bedrock.thinker.in"));
    }
}
