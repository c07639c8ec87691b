//! What models cost never passes a bound, however many turns ask at once; and every turn is answered all the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Account, Deltas, Fingerprint, LanguageModel, Ledger};
use contract::prompt::{Delta, Ending, Prompt};
use contract::testing::{ManualClock, customer, turn};
use contract::{Errand, IdempotencyKey, Result, TurnRecord};
use futures::StreamExt;
use futures::future::join_all;
use local::{Database, MemoryLedger, NoMetrics, SqliteConversations, SqliteLedger, SystemClock};
use models::prices::{Price, Prices};
use models::{AuditedModel, BudgetedModel, Caps, OfflineModel};
use supervisor::event::Nobody;
use supervisor::roster::{Roster, Tools};
use supervisor::turn::{Ports, Request, Rules, Supervisor};
use tempfile::TempDir;

use crate::house::tools;

/// How many turns ask at once.
const CROWD: usize = 300;
/// How many calls the bounds of these tests cover, about.
const COVERED: u64 = 10;
/// The day of the tests' clock.
const DAY: &str = "day:2026-11-02";

fn price() -> Price {
    Prices::shipped().unwrap().of_model("bedrock.nova-micro").unwrap()
}

/// A vendor that counts every byte as a token and every answer as the longest, and keeps what it was paid.
#[derive(Default)]
struct Vendor {
    writer: OfflineModel,
    paid: Arc<AtomicU64>,
}

#[async_trait]
impl LanguageModel for Vendor {
    fn name(&self) -> &str {
        "vendor"
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let exchanges = prompt.history.iter().map(|exchange| exchange.said.len() + exchange.replied.len());
        let evidence = prompt.evidence.iter().map(|one| one.title.len() + one.section.len() + one.text.len());
        let read = prompt.instructions.len() + prompt.question.len() + exchanges.chain(evidence).sum::<usize>();
        let (usage, paid) = (price().usage(read as u64, prompt.max_output_tokens.into()), self.paid.clone());
        tokio::time::sleep(Duration::from_millis(20)).await;
        let charge = move |delta| match delta {
            Ok(Delta::End(ending)) => {
                paid.fetch_add(usage.micro_usd, Ordering::Relaxed);
                Ok(Delta::End(Ending { usage, ..ending }))
            }
            other => other,
        };
        Ok(self.writer.generate(prompt, errand).await?.map(charge).boxed())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// Asks the first model so many times at once, and the second where none of them answers.
struct Impatient {
    model: BudgetedModel,
    times: usize,
    last: AuditedModel,
}

#[async_trait]
impl LanguageModel for Impatient {
    fn name(&self) -> &str {
        self.model.name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let asked = join_all((0..self.times).map(|_| self.model.generate(prompt, errand))).await;
        let heard = join_all(asked.into_iter().flatten().map(|deltas| deltas.collect::<Vec<_>>())).await;
        match heard.into_iter().next() {
            Some(deltas) => Ok(futures::stream::iter(deltas).boxed()),
            None => self.last.generate(prompt, errand).await,
        }
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// The product with the paid model in it.
struct Scene {
    supervisor: Supervisor,
    ledger: Arc<dyn Ledger>,
    paid: Arc<AtomicU64>,
    _folder: TempDir,
}

impl Scene {
    fn new(kind: &str, caps: Caps, purse: Option<u64>, times: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (clock, day) = (Arc::new(SystemClock::start()), Arc::new(ManualClock::default()));
        let database = Database::open(&folder.path().join("spending.db")).unwrap();
        let ledger: Arc<dyn Ledger> = match kind {
            "memory" => Arc::new(MemoryLedger::new(day.clone())),
            _ => Arc::new(SqliteLedger::new(database.clone(), day.clone())),
        };
        let vendor = Vendor::default();
        let paid = vendor.paid.clone();
        let audited = Arc::new(AuditedModel::new(Arc::new(vendor), price(), clock.clone()));
        let model = BudgetedModel::new(audited, price(), ledger.clone(), caps, day);
        let last = AuditedModel::new(Arc::new(OfflineModel::new()), Price::FREE, clock.clone());
        let model: Arc<dyn LanguageModel> = Arc::new(Impatient { model, times, last });
        let roster = Roster::hire(&Tools { fast: model.clone(), capable: model, ..tools() }).unwrap();
        let conversations = Arc::new(SqliteConversations::new(database, clock.clone()));
        let handoffs = crate::house::office(clock.clone()).handoffs;
        let ports = Ports { conversations, handoffs, clock, metrics: Arc::new(NoMetrics) };
        let supervisor = Supervisor::new(roster, ports, Rules { lease: Duration::from_secs(300), history: 5, purse });
        Self { supervisor, ledger, paid, _folder: folder }
    }

    async fn take(&self, number: usize, session: &str) -> TurnRecord {
        let id = format!("turn-{number}");
        let mut turn = turn(&id, session, &customer("ada"), "What tyre pressure does my car need?");
        turn.deadline_ms = 120_000;
        let request = Request { turn, key: IdempotencyKey::new(id.as_str()).unwrap(), fingerprint: Fingerprint(id) };
        self.supervisor.take(request, Arc::new(Nobody)).await.expect("a turn never fails for want of money")
    }

    /// Many turns at once: each in its own session, or all in one.
    async fn crowd(&self, one_session: bool) -> Vec<TurnRecord> {
        let session = |number| if one_session { "crowded".to_owned() } else { format!("session-{number}") };
        let records = join_all((0..CROWD).map(async |number| self.take(number, &session(number)).await)).await;
        for record in &records {
            assert!(!record.reply.text.trim().is_empty(), "{record:#?}");
        }
        records
    }

    fn paid(&self) -> u64 {
        self.paid.load(Ordering::Relaxed)
    }

    /// What is out of an account, once all that was left behind is settled too.
    async fn settled(&self, account: &str, expected: u64) -> u64 {
        let account = Account { name: account.into(), limit: 0 };
        for _ in 0..500 {
            if self.ledger.spent(&account).await.unwrap() == expected {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.ledger.spent(&account).await.unwrap()
    }
}

fn cost(records: &[TurnRecord]) -> u64 {
    records.iter().map(|record| record.usage.micro_usd).sum()
}

/// What one call costs when nobody else asks.
async fn cost_of_one() -> u64 {
    let scene = Scene::new("memory", Caps::default(), None, 1);
    let record = scene.take(0, "alone").await;
    assert!(record.usage.micro_usd > 0 && record.usage.micro_usd == scene.paid(), "{record:#?}");
    record.usage.micro_usd
}

async fn a_crowd_stays_within(kind: &str, one_session: bool) {
    let one = cost_of_one().await;
    // The worst case of a call is a little more than what this vendor charges.
    let cap = one * (COVERED + 1);
    let caps =
        if one_session { Caps { session: Some(cap), day: None } } else { Caps { session: None, day: Some(cap) } };
    let scene = Scene::new(kind, caps, None, 1);
    let records = scene.crowd(one_session).await;
    let (paid, billed) = (scene.paid(), cost(&records));
    assert!(paid <= cap && billed <= cap, "{kind}: paid {paid}, billed {billed} of {cap}");
    assert!(paid >= one * COVERED / 2, "{kind}: what was there was not used: {paid} of {cap}");
    // Of the session `crowded`: the first half of its SHA-256.
    let account = if one_session { "session:e3b93359365856652e759ad9ff915402" } else { DAY };
    assert_eq!(scene.settled(account, billed).await, billed, "{kind}: the ledger and the records agree");
    let built_in = records.iter().filter(|record| record.usage.micro_usd == 0).count();
    assert!(built_in >= CROWD - 2 * COVERED as usize, "{kind}: {built_in} were answered without the vendor");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_sessions_stays_within_the_day() {
    for kind in ["memory", "sqlite"] {
        a_crowd_stays_within(kind, false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_in_one_session_stays_within_the_session() {
    for kind in ["memory", "sqlite"] {
        a_crowd_stays_within(kind, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_of_one_turn_stay_within_the_turn() {
    let one = cost_of_one().await;
    let purse = one * 5 / 2;
    for kind in ["memory", "sqlite"] {
        let scene = Scene::new(kind, Caps { session: None, day: Some(u64::MAX) }, Some(purse), 5);
        let records = scene.crowd(false).await;
        let most = records.iter().map(|record| record.usage.micro_usd).max().unwrap();
        assert!(most > one && most <= purse, "{kind}: {most} of {purse}, with {one} a call");
        assert_eq!(scene.settled(DAY, cost(&records)).await, cost(&records), "{kind}");
        assert_eq!(scene.paid(), cost(&records), "{kind}");
    }
}
