//! Many turns against a vendor with a fault, on time that is only counted, and what came of them.

use std::sync::Arc;
use std::time::Duration;

use contract::ports::{Clock, LanguageModel};
use contract::prompt::{Delta, Prompt};
use contract::{Bill, CallReason, Errand, SessionId, TurnId};
use futures::StreamExt;
use futures::future::join_all;
use jiff::Timestamp;
use models::prices::Price;
use models::{
    AuditedModel, BreakerModel, BreakerRules, ExtraCalls, FailoverModel, HedgedModel, OfflineModel, Patience,
    RetryModel,
};
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};

use super::vendor::{Fault, Seeded, Vendor, WORDS};

/// Between two turns.
const PACE: Duration = Duration::from_millis(50);
/// From a turn until its answer is due.
const DUE: Duration = Duration::from_secs(5);
/// Hedges for so many of a hundred calls.
const HEDGE_PERCENT: u32 = 5;
/// What nineteen of twenty calls of the vendor need until their first words: its log-normal distribution at 95 %.
const HEDGE_AFTER: Duration = Duration::from_millis(650);
/// What the vendors are called, in order of failover.
const VENDORS: [&str; 2] = ["first", "second"];
/// As the settings have it.
const PATIENCE: Patience = Patience {
    first_word: Duration::from_millis(2_500),
    stall: Duration::from_millis(2_000),
    reserve: Duration::from_millis(300),
};

/// One run to come.
#[derive(Debug, Clone)]
pub struct Drill {
    name: &'static str,
    fault: Fault,
    hedged: bool,
    second: bool,
}

/// Every fault, and stalls with and without hedging.
pub fn all() -> Vec<Drill> {
    let stalls = Fault::Stalls { percent: 1 };
    vec![
        Drill::of("no fault", Fault::None),
        Drill::of("no fault, hedged", Fault::None).hedged(),
        Drill::of("1 % stall for 2 s", stalls),
        Drill::of("1 % stall for 2 s, hedged", stalls).hedged(),
        Drill::of("30 % errors", Fault::Errors { percent: 30 }),
        Drill::of("100 % errors", Fault::Errors { percent: 100 }),
        Drill::of("50 % throttled", Fault::Throttling { percent: 50 }),
        Drill::of("vendor down (hangs)", Fault::Down),
        Drill::of("vendor down (hangs), hedged", Fault::Down).hedged(),
        Drill::of("5 % stall in the middle", Fault::Breaks { percent: 5 }),
        Drill::of("30 % errors, a second model", Fault::Errors { percent: 30 }).with_second(),
        Drill::of("50 % throttled, a second model", Fault::Throttling { percent: 50 }).with_second(),
        Drill::of("vendor down (hangs), a second model", Fault::Down).with_second(),
    ]
}

impl Drill {
    /// A run with one model, without hedging.
    pub fn of(name: &'static str, fault: Fault) -> Self {
        Self { name, fault, hedged: false, second: false }
    }

    /// The same with hedging.
    pub fn hedged(self) -> Self {
        Self { hedged: true, ..self }
    }

    /// The same with a second model on the list, which is well.
    pub fn with_second(self) -> Self {
        Self { second: true, ..self }
    }

    /// Runs so many turns, one after the other has begun.
    pub fn run(self, turns: usize) -> Run {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        let outcomes = runtime.block_on(async {
            let clock = Arc::new(PausedClock(Instant::now()));
            let model = self.stack(&clock);
            join_all((0..turns).map(|number| turn(number, &model, &clock))).await
        });
        Run { drill: self, outcomes }
    }

    /// The stack as it is wired, over the vendors.
    fn stack(&self, clock: &Arc<PausedClock>) -> FailoverModel {
        let faults = [self.fault, Fault::None];
        let vendors = VENDORS.into_iter().zip(faults).zip(7..).take(if self.second { 2 } else { 1 });
        let models = vendors.map(|((name, fault), seed)| self.governed(Vendor::new(name, fault, seed), clock));
        let last = AuditedModel::new(Arc::new(OfflineModel::new()), Price::FREE, clock.clone());
        FailoverModel::new(models.collect(), Arc::new(last), clock.clone(), PATIENCE)
    }

    /// One model of the list.
    fn governed(&self, vendor: Vendor, clock: &Arc<PausedClock>) -> Arc<dyn LanguageModel> {
        let audited = Arc::new(AuditedModel::new(Arc::new(vendor), Price::FREE, clock.clone()));
        let breaker = Arc::new(BreakerModel::new(audited, clock.clone(), BreakerRules::of(&PATIENCE)));
        let bucket = |percent| Arc::new(ExtraCalls::new(percent, ExtraCalls::USUAL));
        let (retries, chance) = (bucket(ExtraCalls::RETRY_PERCENT), Arc::new(Seeded::new(11)));
        let model = Arc::new(RetryModel::new(breaker, 1, retries, clock.clone(), chance));
        if self.hedged {
            return Arc::new(HedgedModel::new(model.clone(), model, HEDGE_AFTER, bucket(HEDGE_PERCENT)));
        }
        model
    }
}

/// A clock that moves when tokio's paused time moves.
struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// What came of one turn.
struct Outcome {
    answered: bool,
    reduced: bool,
    mixed: bool,
    late: bool,
    /// Calls of each vendor.
    calls: [usize; 2],
    first_word: Duration,
}

async fn turn(number: usize, model: &FailoverModel, clock: &PausedClock) -> Outcome {
    sleep(PACE * u32::try_from(number).expect("few turns")).await;
    let began = clock.elapsed();
    let errand = Errand {
        agent: "response".into(),
        turn: TurnId::new(format!("turn-{number}")).expect("an id"),
        session: SessionId::new(format!("session-{number}")).expect("an id"),
        due: began + DUE,
        bill: Arc::new(Bill::default()),
        reason: CallReason::First,
    };
    let (mut pieces, mut ending, mut first_word) = (Vec::new(), None, None);
    if let Ok(mut deltas) = model.generate(&question(), &errand).await {
        while let Some(Ok(delta)) = deltas.next().await {
            match delta {
                Delta::Text(text) => {
                    first_word.get_or_insert_with(|| clock.elapsed() - began);
                    pieces.push(text);
                }
                Delta::Restart => pieces.clear(),
                Delta::End(end) => ending = Some(end),
            }
        }
    }
    let by_vendor = ending.as_ref().is_some_and(|ending| VENDORS.contains(&ending.model.as_str()));
    let alike = pieces.iter().all(|piece| Some(piece) == pieces.first());
    let vendors = |text: &str| VENDORS.iter().any(|name| text.contains(&format!("{name}-")));
    let one_voice = if by_vendor { alike && pieces.len() == WORDS } else { !vendors(&pieces.concat()) };
    let calls = errand.bill.calls();
    Outcome {
        answered: ending.is_some() && !pieces.concat().is_empty(),
        reduced: ending.is_some_and(|ending| ending.reduced.is_some()),
        mixed: !one_voice,
        // Tokio counts in milliseconds.
        late: clock.elapsed() > errand.due + Duration::from_millis(1),
        calls: VENDORS.map(|name| calls.iter().filter(|call| call.model == name).count()),
        first_word: first_word.unwrap_or(DUE),
    }
}

fn question() -> Prompt {
    Prompt {
        instructions: "Answer.".into(),
        version: "drill".into(),
        history: Vec::new(),
        evidence: Vec::new(),
        question: "What is the tyre pressure?".into(),
        max_output_tokens: 150,
        temperature: 0.0,
        shape: None,
    }
}

/// One run that is over.
pub struct Run {
    drill: Drill,
    outcomes: Vec<Outcome>,
}

impl Run {
    pub fn name(&self) -> &'static str {
        self.drill.name
    }

    /// Turns with an answer.
    pub fn answered(&self) -> usize {
        self.count(|outcome| outcome.answered)
    }

    /// Turns that a vendor answered.
    pub fn full(&self) -> usize {
        self.count(|outcome| outcome.answered && !outcome.reduced)
    }

    /// Turns in which the words of two were joined.
    pub fn mixed(&self) -> usize {
        self.count(|outcome| outcome.mixed)
    }

    /// Turns that were answered after they were due.
    pub fn late(&self) -> usize {
        self.count(|outcome| outcome.late)
    }

    /// Calls of the vendors.
    pub fn calls(&self) -> usize {
        self.outcomes.iter().flat_map(|outcome| outcome.calls).sum()
    }

    /// Calls beyond the first of each turn and vendor: retries and hedges.
    pub fn extra(&self) -> usize {
        self.outcomes.iter().flat_map(|outcome| outcome.calls).map(|calls| calls.saturating_sub(1)).sum()
    }

    /// How many there may be: the shares of both buckets, and what they held at the start.
    pub fn allowed(&self) -> usize {
        let of = |percent: u32, firsts: usize| (percent as usize * firsts).div_ceil(100) + ExtraCalls::USUAL as usize;
        // The second vendor has buckets of its own.
        let turns = self.outcomes.len() * if self.drill.second { 2 } else { 1 };
        // A hedge is a first call of the retries below it.
        let hedges = if self.drill.hedged { of(HEDGE_PERCENT, turns) } else { 0 };
        let retries = of(ExtraCalls::RETRY_PERCENT, turns + hedges);
        hedges + retries
    }

    /// Milliseconds until the first word, which so many of a thousand turns did not exceed.
    pub fn first_word(&self, per_mille: usize) -> u128 {
        let mut times: Vec<_> = self.outcomes.iter().map(|outcome| outcome.first_word.as_millis()).collect();
        times.sort_unstable();
        times[(times.len() * per_mille).div_ceil(1_000).max(1) - 1]
    }

    /// What came of it, as a line of a table under [`HEAD`].
    pub fn row(&self) -> String {
        let turns = self.outcomes.len();
        let percent = |part: usize| format!("{:.1}", 100.0 * part as f64 / turns as f64);
        let cells = [
            self.name().to_owned(),
            percent(self.full()),
            percent(self.answered() - self.full()),
            (turns - self.answered()).to_string(),
            format!("{:.2}", self.calls() as f64 / turns as f64),
            percent(self.extra()),
            self.first_word(500).to_string(),
            self.first_word(990).to_string(),
            self.first_word(999).to_string(),
        ];
        format!("| {} |", cells.join(" | "))
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|outcome| which(outcome)).count()
    }
}

/// The head of the table of runs.
pub const HEAD: &str = "| Fault | in full, % | by the built-in answerer, % | unanswered | calls a turn | retries and hedges, % | first word p50, ms | p99, ms | p99.9, ms |
|---|---|---|---|---|---|---|---|---|";
