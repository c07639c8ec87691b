//! The port to what models have cost so far, over all processes of a deployment.

use async_trait::async_trait;

use crate::{Error, ErrorKind, Result};

/// Keeps accounts of money. What is set aside is out of the account at once, so that whatever happens at the same time, in
/// whichever process, no account is ever overdrawn.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Sets this many millionths of a US dollar aside, in every one of the accounts or in none.
    ///
    /// # Errors
    /// `Refused`, naming the account, when one of them has not so much left; `Unavailable` when the ledger cannot be reached:
    /// then nothing may be spent.
    async fn set_aside(&self, accounts: &[Account], micro_usd: u64) -> Result<()>;

    /// Says that of `set_aside` only `spent` was needed. The rest is there again.
    ///
    /// # Errors
    /// `Unavailable`: the rest stays set aside, which is safe and too much.
    async fn settle(&self, accounts: &[Account], set_aside: u64, spent: u64) -> Result<()>;

    /// What is out of an account, in millionths of a US dollar: spent, or set aside.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn spent(&self, account: &Account) -> Result<u64>;

    /// Whether the ledger could be asked now.
    ///
    /// # Errors
    /// `Unavailable`, `Refused`.
    async fn ready(&self) -> Result<()>;
}

/// An account: what it is for, and what may be spent from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    /// `day:2026-11-27` or `session:` with a hash of its id. An account that nobody uses for two days may be forgotten.
    pub name: String,
    /// What may be spent in all, in millionths of a US dollar.
    pub limit: u64,
}

impl Account {
    /// What is out of the account once this much more is, when `spent` is now.
    ///
    /// # Errors
    /// That of [`Self::overdrawn`] when not so much is left.
    pub fn after(&self, spent: u64, micro_usd: u64) -> Result<u64> {
        spent.checked_add(micro_usd).filter(|sum| *sum <= self.limit).ok_or_else(|| self.overdrawn())
    }

    /// What a ledger says when not so much is left as is wanted.
    pub fn overdrawn(&self) -> Error {
        let message = format!("the budget of {} for language models is used up", self.name);
        Error::new(ErrorKind::Refused, message)
            .hint("raise the bound in the settings (budget), or wait for the next account")
    }
}
