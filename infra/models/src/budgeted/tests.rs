//! What the payer keeps to: never more than each bound, and at the end what it really was.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use contract::testing::{ManualClock, errand};
use contract::{Purse, Usage};
use futures::future::join_all;

use super::*;
use crate::AuditedModel;
use crate::prices::Prices;
use crate::testing::{Scripted, Step, prompt};

/// A ledger of one test; it can be out of order.
#[derive(Default)]
struct Book {
    spent: Mutex<HashMap<String, u64>>,
    broken: bool,
}

#[async_trait]
impl Ledger for Book {
    async fn set_aside(&self, accounts: &[Account], micro_usd: u64) -> Result<()> {
        self.ready().await?;
        let mut book = self.spent.lock().unwrap();
        let of = |account: &Account| book.get(&account.name).copied().unwrap_or_default();
        let after: Vec<u64> = accounts.iter().map(|a| a.after(of(a), micro_usd)).collect::<Result<_>>()?;
        book.extend(accounts.iter().map(|account| account.name.clone()).zip(after));
        Ok(())
    }

    async fn settle(&self, accounts: &[Account], set_aside: u64, spent: u64) -> Result<()> {
        tokio::task::yield_now().await;
        let mut book = self.spent.lock().unwrap();
        accounts.iter().for_each(|account| *book.get_mut(&account.name).unwrap() += spent);
        accounts.iter().for_each(|account| *book.get_mut(&account.name).unwrap() -= set_aside);
        Ok(())
    }

    async fn spent(&self, account: &Account) -> Result<u64> {
        Ok(self.of(&account.name))
    }

    async fn ready(&self) -> Result<()> {
        if self.broken { Err(Error::new(ErrorKind::TimedOut, "planted")) } else { Ok(()) }
    }
}

impl Book {
    fn of(&self, name: &str) -> u64 {
        self.spent.lock().unwrap().get(name).copied().unwrap_or_default()
    }
}

/// The accounts of the usual errand at the usual time.
const DAY: &str = "day:2026-11-02";
/// That of the session `session`: the first half of its SHA-256.
const SESSION: &str = "session:3f3af1ecebbd1410ab417ec0d27bbfcb";
/// What the usual call costs, in millionths of a dollar.
const REAL: u64 = 9;
const USAGE: Usage = Usage { input_tokens: 100, cached_tokens: 0, output_tokens: 40, micro_usd: REAL };

struct Scene {
    book: Arc<Book>,
    vendor: Arc<Scripted>,
    model: BudgetedModel,
    errand: Errand,
    clock: Arc<ManualClock>,
}

/// A model of Nova's price that plays `steps` for every call, within these bounds.
fn scene(steps: Vec<Step>, caps: Caps, purse: Option<u64>, broken: bool) -> Scene {
    let (clock, book) = (Arc::new(ManualClock::default()), Arc::new(Book { broken, ..Book::default() }));
    let vendor = Arc::new(Scripted::new("m", vec![steps]));
    let audited = Arc::new(AuditedModel::new(vendor.clone(), price(), clock.clone()));
    let model = BudgetedModel::new(audited, price(), book.clone(), caps, clock.clone());
    let errand = Errand { bill: Arc::new(Bill::new(Duration::ZERO, Arc::new(Purse::new(purse)))), ..errand() };
    Scene { book, vendor, model, errand, clock }
}

fn price() -> Price {
    Prices::shipped().unwrap().of_model("bedrock.nova-micro").unwrap()
}

/// What the usual call may cost: each byte of its prompt is a token, and each token of the answer is written.
fn most() -> u64 {
    price().usage(tokens::most_input(&prompt()), 150).micro_usd
}

fn answers() -> Vec<Step> {
    vec![Step::Text("Hello, hello."), Step::End(USAGE)]
}

fn caps(session: u64, day: u64) -> Caps {
    Caps { session: Some(session), day: Some(day) }
}

impl Scene {
    async fn ask(&self, take: usize) -> Result<Vec<Result<Delta>>> {
        let deltas = self.model.generate(&prompt(), &self.errand).await?;
        Ok(deltas.take(take).collect().await)
    }

    /// What is out of the purse, the session and the day.
    async fn out(&self) -> [u64; 3] {
        for _ in 0..9 {
            tokio::task::yield_now().await;
        }
        [self.errand.bill.purse().taken(), self.book.of(SESSION), self.book.of(DAY)]
    }

    fn billed(&self) -> u64 {
        self.errand.bill.calls().iter().map(|call| call.usage.micro_usd).sum()
    }
}

#[tokio::test]
async fn the_worst_case_is_set_aside_and_the_real_cost_paid() {
    let scene = scene(answers(), caps(1_000, 1_000), Some(1_000), false);
    let mut deltas = scene.model.generate(&prompt(), &scene.errand).await.unwrap();
    let _ = deltas.next().await;
    assert!(most() > REAL);
    assert_eq!(scene.out().await, [most(); 3]);
    let end = deltas.next().await.unwrap().unwrap();
    let settled = [scene.errand.bill.purse().taken(), scene.book.of(SESSION), scene.book.of(DAY)];
    assert!(matches!(end, Delta::End(_)) && settled == [REAL; 3], "settled before the end is passed on: {settled:?}");
    drop(deltas);
    assert_eq!((scene.out().await, scene.billed()), ([REAL; 3], REAL), "and only once");
}

#[tokio::test]
async fn what_broke_or_was_left_is_paid_as_it_is_billed() {
    let broken = vec![Step::Text("Hello."), Step::Fail(ErrorKind::Unavailable)];
    let silent = vec![Step::Text("Hello.")];
    for (steps, take) in [(answers(), 1), (answers(), 0), (broken, 9), (silent, 9)] {
        let scene = scene(steps.clone(), caps(1_000, 1_000), Some(1_000), false);
        scene.ask(take).await.unwrap();
        let billed = scene.billed();
        assert!(billed > 0 && billed < most(), "{steps:?}: {billed}");
        assert_eq!(scene.out().await, [billed; 3], "{steps:?}");
    }
}

#[tokio::test]
async fn what_was_turned_away_costs_nothing() {
    let scene = scene(vec![Step::Refuse(ErrorKind::Busy)], caps(1_000, 1_000), Some(1_000), false);
    assert_eq!(scene.ask(9).await.unwrap_err().kind, ErrorKind::Busy);
    assert_eq!((scene.billed(), scene.out().await), (0, [0; 3]));
}

#[tokio::test]
async fn each_bound_refuses_and_says_which_it_is() {
    let roomy = most() + 10;
    let cases = [
        ("budget.turn_usd", most() - 1, roomy, roomy),
        (SESSION, roomy, most() - 1, roomy),
        (DAY, roomy, roomy, most() - 1),
    ];
    for (bound, purse, session, day) in cases {
        let scene = scene(answers(), caps(session, day), Some(purse), false);
        let refused = scene.ask(9).await.unwrap_err();
        assert!(refused.kind == ErrorKind::Refused && refused.to_string().contains(bound), "{refused}");
        assert!(refused.hint.is_some());
        assert_eq!((scene.vendor.calls(), scene.out().await), (0, [0; 3]), "{bound}");
    }
    let exact = scene(answers(), caps(most(), most()), Some(most()), false);
    assert!(exact.ask(9).await.is_ok(), "what is there may be spent");
}

#[tokio::test]
async fn without_its_ledger_nothing_is_spent() {
    let scene = scene(answers(), caps(1_000, 1_000), None, true);
    let error = scene.ask(9).await.unwrap_err();
    assert!(error.kind == ErrorKind::Unavailable && error.hint.is_some(), "{error}");
    assert_eq!((scene.vendor.calls(), scene.out().await), (0, [0; 3]));
    assert!(scene.model.ready().await.is_err());
}

#[tokio::test]
async fn what_is_free_and_what_is_not_bounded_needs_no_ledger() {
    let mut free = scene(answers(), caps(0, 0), Some(0), true);
    free.model.price = crate::prices::Price::FREE;
    assert!(free.ask(9).await.is_ok() && free.model.ready().await.is_ok());
    let unbounded = scene(answers(), Caps::default(), None, true);
    assert!(unbounded.ask(9).await.is_ok() && unbounded.model.ready().await.is_ok());
    assert_eq!(unbounded.out().await, [REAL, 0, 0]);
}

#[tokio::test]
async fn two_requests_at_once_cannot_pass_the_purse() {
    let scene =
        scene(vec![Step::Wait(Duration::from_millis(1)), Step::End(USAGE)], Caps::default(), Some(most() + 10), false);
    let kinds = join_all((0..2).map(|_| scene.ask(9))).await.into_iter().map(|pair| pair.err().map(|error| error.kind));
    assert_eq!(kinds.collect::<Vec<_>>(), [None, Some(ErrorKind::Refused)]);
    assert_eq!((scene.out().await[0], scene.billed()), (REAL, REAL));
    assert!(scene.ask(9).await.is_ok(), "what the first did not need is there again");
}

#[tokio::test]
async fn a_call_over_midnight_is_paid_by_the_day_on_which_it_began() {
    let scene = scene(answers(), Caps { day: Some(1_000), session: None }, None, false);
    let mut deltas = scene.model.generate(&prompt(), &scene.errand).await.unwrap();
    scene.clock.advance(Duration::from_secs(24 * 60 * 60));
    while deltas.next().await.is_some() {}
    assert_eq!((scene.book.of(DAY), scene.book.of("day:2026-11-03")), (REAL, 0));
    scene.ask(9).await.unwrap();
    assert_eq!((scene.book.of(DAY), scene.book.of("day:2026-11-03")), (REAL, REAL));
}

/// A vendor that never begins to answer.
struct Silent;

#[async_trait]
impl LanguageModel for Silent {
    fn name(&self) -> &str {
        "silent"
    }

    async fn generate(&self, _prompt: &Prompt, _errand: &Errand) -> Result<Deltas> {
        std::future::pending().await
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn who_leaves_before_the_first_word_has_paid_for_the_question() {
    let mut scene = scene(answers(), caps(1_000, 1_000), Some(1_000), false);
    scene.model.inner = Arc::new(AuditedModel::new(Arc::new(Silent), price(), scene.clock.clone()));
    let left = tokio::time::timeout(Duration::from_secs(1), scene.ask(9)).await;
    assert!(left.is_err() && scene.billed() > 0);
    assert_eq!(scene.out().await, [scene.billed(); 3]);
}
