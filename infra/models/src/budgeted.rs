//! Pays for the calls of a model: what a call may cost at most is set aside before it begins, and settled when it is over.

use std::sync::Arc;

use async_trait::async_trait;
use contract::ports::{Account, Clock, Deltas, LanguageModel, Ledger};
use contract::prompt::{Delta, Prompt};
use contract::{Bill, Errand, Error, ErrorKind, Result, SessionId};
use futures::StreamExt;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::cost::Cost;
use crate::prices::Price;
use crate::tokens;

/// The account of a session, by a hash: the ledger keeps nothing that leads to a person, so that it has nothing to erase.
fn of_session(session: &SessionId) -> String {
    let digest = Sha256::digest(session.as_str());
    format!("session:{}", digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// What models may cost beyond a turn, in millionths of a US dollar; `None`: no bound. That of a turn is in its purse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    /// In one session.
    pub session: Option<u64>,
    /// On one day (UTC), all sessions together.
    pub day: Option<u64>,
}

/// A model whose calls are paid for in advance, from the purse of the turn and the accounts of the session and the day.
///
/// What is set aside is the worst case, every byte of the prompt a token and every token of the answer written: whatever
/// happens at the same time, no bound is ever passed. It is settled with what the call really cost, or, where it broke off
/// or was left, with the estimate that is on the bill. A model that is free needs no money, and none is set aside for it.
///
/// It stands outside [`AuditedModel`](crate::AuditedModel) and inside everything that may call twice.
pub struct BudgetedModel {
    inner: Arc<dyn LanguageModel>,
    price: Price,
    ledger: Arc<dyn Ledger>,
    caps: Caps,
    clock: Arc<dyn Clock>,
}

impl BudgetedModel {
    /// Pays for the calls of `inner`, whose tokens cost `price`, within `caps`; `clock` tells the day.
    pub fn new(
        inner: Arc<dyn LanguageModel>,
        price: Price,
        ledger: Arc<dyn Ledger>,
        caps: Caps,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { inner, price, ledger, caps, clock }
    }

    /// The accounts that bound a call.
    fn accounts(&self, errand: &Errand) -> Vec<Account> {
        let day = || format!("day:{}", self.clock.now().to_zoned(TimeZone::UTC).date());
        let session = self.caps.session.map(|limit| Account { name: of_session(&errand.session), limit });
        session.into_iter().chain(self.caps.day.map(|limit| Account { name: day(), limit })).collect()
    }

    /// Sets the worst case aside, in the purse and in every account, or nothing at all.
    ///
    /// A call that is left while the ledger is asked may leave its sum set aside there: too much, which is safe.
    async fn set_aside(&self, prompt: &Prompt, errand: &Errand) -> Result<Deposit> {
        let most = self.price.most(tokens::most_input(prompt), prompt.max_output_tokens.into()).micro_usd;
        if !errand.bill.purse().take(most) {
            return Err(Error::new(
                ErrorKind::Refused,
                "what the models of one turn may cost does not cover this call",
            )
            .hint(format!("it may cost {most} millionths of a dollar; budget.turn_usd bounds a turn")));
        }
        let (bill, ledger) = (errand.bill.clone(), self.ledger.clone());
        let mut deposit = Deposit { bill, ledger, accounts: Vec::new(), most, cost: None, open: true };
        let accounts = self.accounts(errand);
        if !accounts.is_empty() {
            self.ledger.set_aside(&accounts, most).await.map_err(unpaid)?;
            deposit.accounts = accounts;
        }
        Ok(deposit)
    }
}

/// Without its ledger nobody knows what is left: then nothing may be spent.
fn unpaid(error: Error) -> Error {
    if error.kind == ErrorKind::Refused {
        return error;
    }
    Error::new(ErrorKind::Unavailable, "what models have cost so far is not known, so that none may be asked")
        .hint("budget.store names the ledger; `GET /health` says how it is")
        .caused_by(error)
}

#[async_trait]
impl LanguageModel for BudgetedModel {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        if self.price.is_free() {
            return self.inner.generate(prompt, errand).await;
        }
        let mut deposit = self.set_aside(prompt, errand).await?;
        let cost = deposit.cost.insert(Cost::begun(self.price, prompt));
        match self.inner.generate(prompt, errand).await {
            Ok(deltas) => Ok(futures::stream::unfold((deltas, deposit), pass_on).boxed()),
            Err(error) => {
                cost.fail(&error);
                deposit.settled().await;
                Err(error)
            }
        }
    }

    async fn ready(&self) -> Result<()> {
        self.inner.ready().await?;
        let bounded = self.caps != Caps::default() && !self.price.is_free();
        if bounded { self.ledger.ready().await } else { Ok(()) }
    }
}

/// The next piece. Before the last one is passed on, all is settled: what runs after an answer may never run.
async fn pass_on((mut deltas, mut deposit): (Deltas, Deposit)) -> Option<(Result<Delta>, (Deltas, Deposit))> {
    let delta = deltas.next().await?;
    if let Some(cost) = &mut deposit.cost {
        cost.hear(&delta);
    }
    if matches!(delta, Ok(Delta::End(_)) | Err(_)) {
        deposit.settled().await;
    }
    Some((delta, (deltas, deposit)))
}

/// What is set aside for a call. It is settled once, at the latest when it is dropped.
struct Deposit {
    bill: Arc<Bill>,
    ledger: Arc<dyn Ledger>,
    accounts: Vec<Account>,
    most: u64,
    /// What the call costs; none before it has begun.
    cost: Option<Cost>,
    open: bool,
}

impl Deposit {
    async fn settled(&mut self) {
        if let Some(task) = self.settle() {
            // It has written down itself what went wrong.
            let _ = task.await;
        }
    }

    /// Puts back what was not needed: into the purse at once, into the accounts by a task of its own, which goes on when
    /// nobody waits for it. Outside a runtime, and where the ledger cannot be reached, the accounts keep it: too much is
    /// set aside then, which is safe.
    fn settle(&mut self) -> Option<JoinHandle<()>> {
        if !std::mem::take(&mut self.open) {
            return None;
        }
        let spent = self.cost.as_ref().map_or(0, |cost| cost.usage().micro_usd);
        self.bill.purse().settle(self.most, spent);
        let accounts = std::mem::take(&mut self.accounts);
        if accounts.is_empty() || spent == self.most {
            return None;
        }
        let (ledger, most) = (self.ledger.clone(), self.most);
        let settle = async move {
            if let Err(error) = ledger.settle(&accounts, most, spent).await {
                tracing::warn!(%error, most, spent, "a call of a model is not settled: its worst case stays set aside");
            }
        };
        Handle::try_current().ok().map(|runtime| runtime.spawn(settle))
    }
}

impl Drop for Deposit {
    fn drop(&mut self) {
        // The task needs nobody who waits for it.
        drop(self.settle());
    }
}

#[cfg(test)]
mod tests;
