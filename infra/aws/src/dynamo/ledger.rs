//! The ledger in DynamoDB: an item of the sessions table for each account, changed by conditional transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::TransactWriteItem;
use contract::Result;
use contract::ports::{Account, Clock, Ledger};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::capacity::{Capacity, Meter};
use super::expression::{key, number, update};
use super::failure::{lost, unreadable};
use super::items::parse;
use super::retry::{Lines, Waits};
use super::tables::Tables;
use super::transaction::{Refusal, transact};
use super::{Item, Table};

/// The one item of each partition.
const ONLY: &str = "META";
/// An account that nobody used for so long expires.
const KEPT: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// Adds to an account, which begins empty.
const ADD: &str = "SET #spent = if_not_exists(#spent, :none) + :amount, #expires_at = :expires_at";
/// Corrects an account by what was spent less than, or more than, was set aside.
const CORRECT: &str = "SET #spent = #spent + :more, #expires_at = :expires_at";
/// Conditions know no sums, so that the most that may be out beforehand comes with the request.
const IS_LEFT: &str = "attribute_not_exists(#spent) OR #spent <= :most_before";
/// Who set aside from an account that has expired since has nothing to settle.
const IS_THERE: &str = "attribute_exists(#spent)";

/// Keeps accounts in the table `<prefix>-sessions`. Cheap to clone.
///
/// Every call of a model in the deployment writes to the account of its day, which is one item: DynamoDB takes about a thousand
/// write units a second for it, some hundred calls of models.
#[derive(Clone)]
pub struct DynamoLedger {
    client: Client,
    table: Table,
    clock: Arc<dyn Clock>,
    meter: Arc<Meter>,
    calls: Arc<AtomicU64>,
    lines: Arc<Lines>,
}

/// The item of an account.
#[derive(Deserialize)]
struct AccountItem {
    spent: i64,
}

impl DynamoLedger {
    /// A ledger in the table whose name begins with `prefix`, where accounts expire by `clock`.
    pub fn new(config: &SdkConfig, prefix: &str, clock: Arc<dyn Clock>) -> Self {
        Self {
            client: Client::new(config),
            table: Tables::named(prefix).sessions,
            clock,
            meter: Arc::default(),
            calls: Arc::default(),
            lines: Arc::default(),
        }
    }

    /// What all calls of this ledger and its clones consumed so far.
    pub fn consumed(&self) -> Capacity {
        self.meter.total()
    }

    /// What marks one call among all processes, so that the SDK may send it again: 28 characters.
    fn nonce(&self, accounts: &[Account]) -> String {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let (counter, now) = (Arc::as_ptr(&self.calls), self.clock.now());
        let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
        let digest = Sha256::digest(format!("{names:?}#{counter:p}#{call}#{}#{:?}", now, self.clock.elapsed()));
        digest.iter().take(14).map(|byte| format!("{byte:02x}")).collect()
    }

    fn expiry(&self) -> i64 {
        self.clock.now().checked_add(KEPT).map_or(i64::MAX, |expiry| expiry.as_second())
    }

    /// Carries out `writes`, one an account, as often as others are at the same accounts.
    async fn write(&self, accounts: &[Account], writes: impl Fn(&Account) -> Result<TransactWriteItem>) -> Written {
        let nonce = self.nonce(accounts);
        let (mut waits, mut place) = (Waits::of(&nonce), None);
        for attempt in 0_u32.. {
            let writes = accounts.iter().map(&writes).collect::<Result<_>>().map_err(Refusal::Failed)?;
            match transact(&self.client, &self.meter, writes, &format!("{nonce}-{attempt}"), &self.table.name).await {
                Err(Refusal::Contended) => {}
                done => return done,
            }
            match place {
                // The account of the day comes last, and everybody is at it.
                None => {
                    place = self
                        .lines
                        .stand(&accounts.last().map(|account| &account.name))
                        .await
                        .map_err(Refusal::Failed)?
                }
                Some(_) => waits.next().await.map_err(Refusal::Failed)?,
            }
        }
        Ok(())
    }
}

type Written = std::result::Result<(), Refusal>;

#[async_trait]
impl Ledger for DynamoLedger {
    async fn set_aside(&self, accounts: &[Account], micro_usd: u64) -> Result<()> {
        // An account that could not even give it when it is empty needs no request.
        if let Some(small) = accounts.iter().find(|account| account.limit < micro_usd) {
            return Err(small.overdrawn());
        }
        if accounts.is_empty() {
            return Ok(());
        }
        let expires_at = self.expiry();
        let add = |account: &Account| {
            let values = [
                (":none", number(0)),
                (":amount", number(micro_usd)),
                (":most_before", number(account.limit - micro_usd)),
                (":expires_at", number(expires_at)),
            ];
            update(&self.table, under(account), ADD, IS_LEFT, &values)
        };
        match self.write(accounts, add).await {
            Ok(()) => Ok(()),
            Err(Refusal::Conditions(failed)) => Err(overdrawn(accounts, &failed)),
            Err(refusal) => Err(failure(refusal)),
        }
    }

    async fn settle(&self, accounts: &[Account], set_aside: u64, spent: u64) -> Result<()> {
        if accounts.is_empty() {
            return Ok(());
        }
        let (more, expires_at) = (i128::from(spent) - i128::from(set_aside), self.expiry());
        let correct = |account: &Account| {
            let values = [(":more", number(more)), (":expires_at", number(expires_at))];
            update(&self.table, under(account), CORRECT, IS_THERE, &values)
        };
        self.write(accounts, correct).await.map_err(failure)
    }

    async fn spent(&self, account: &Account) -> Result<u64> {
        let request = self.client.get_item().table_name(&self.table.name).set_key(Some(under(account)));
        let found = request.consistent_read(true).send().await.map_err(|cause| lost(cause, &self.table.name))?;
        let Some(item) = found.item else { return Ok(0) };
        Ok(u64::try_from(parse::<AccountItem>(item)?.spent).unwrap_or_default())
    }

    async fn ready(&self) -> Result<()> {
        self.spent(&Account { name: String::new(), limit: 0 }).await.map(drop)
    }
}

fn under(account: &Account) -> Item {
    key(format!("PAID#{}", account.name), ONLY)
}

/// The refusal by the first account whose condition did not hold.
fn overdrawn(accounts: &[Account], failed: &[Option<Item>]) -> contract::Error {
    let first = accounts.iter().zip(failed).find(|(_, failed)| failed.is_some());
    first.map_or_else(|| unreadable("a transaction was refused for no reason"), |(account, _)| account.overdrawn())
}

fn failure(refusal: Refusal) -> contract::Error {
    match refusal {
        Refusal::Failed(error) | Refusal::Undecided(error) => error,
        Refusal::Conditions(_) => unreadable("an account to settle is gone"),
        Refusal::Contended => unreadable("a transaction was refused for no reason"),
    }
}
