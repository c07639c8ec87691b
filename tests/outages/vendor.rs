//! A vendor that fails as it is told, by a seed, on tokio's clock.

use std::f64::consts::TAU;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Deltas, Entropy, LanguageModel};
use contract::prompt::{Delta, Ending, Prompt, Stop};
use contract::{Errand, Error, ErrorKind, Result, Usage};
use futures::{StreamExt, stream};
use tokio::time::sleep;

/// How the vendor fails.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Not at all.
    None,
    /// So many of a hundred calls say nothing for two seconds longer.
    Stalls { percent: u64 },
    /// So many of a hundred calls fail, after the usual time.
    Errors { percent: u64 },
    /// So many of a hundred calls are throttled, at once.
    Throttling { percent: u64 },
    /// Nothing answers: each call hangs.
    Down,
    /// So many of a hundred calls stop in the middle, and hang.
    Breaks { percent: u64 },
}

/// Numbers that look like chance and are the same in every run: SplitMix64 (Steele, Lea and Flood 2014).
pub struct Seeded(AtomicU64);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number above zero, up to one.
    fn unit(&self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Whether so many of a hundred happen this time.
    fn falls(&self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

impl Entropy for Seeded {
    fn random(&self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }
}

/// The vendor.
pub struct Vendor {
    name: &'static str,
    fault: Fault,
    chance: Seeded,
    calls: AtomicU64,
}

/// How many words each answer has.
pub const WORDS: usize = 8;
/// How long a stalled call is silent.
const STALL: Duration = Duration::from_secs(2);

impl Vendor {
    pub fn new(name: &'static str, fault: Fault, seed: u64) -> Self {
        Self { name, fault, chance: Seeded::new(seed), calls: AtomicU64::new(0) }
    }

    /// Time until the first words: log-normal, with a median of 300 ms and 900 ms at the 99th percentile.
    fn latency(&self) -> Duration {
        // The 99th percentile of the normal distribution is at 2.3263 standard deviations.
        let deviation = 3_f64.ln() / 2.3263;
        // Box and Muller's way to a normal number.
        let normal = (-2.0 * self.chance.unit().ln()).sqrt() * (TAU * self.chance.unit()).cos();
        Duration::from_secs_f64(0.3 * (deviation * normal).exp())
    }

    fn falls(&self, percent: u64) -> bool {
        self.chance.falls(percent)
    }
}

#[async_trait]
impl LanguageModel for Vendor {
    fn name(&self) -> &str {
        self.name
    }

    async fn generate(&self, _prompt: &Prompt, _errand: &Errand) -> Result<Deltas> {
        // All that chance decides of a call is decided as it begins, so that a run does not depend on what is awaited when.
        let (call, latency) = (self.calls.fetch_add(1, Ordering::Relaxed), self.latency());
        let mut breaks = false;
        match self.fault {
            Fault::None => sleep(latency).await,
            Fault::Stalls { percent } => {
                let stall = if self.falls(percent) { STALL } else { Duration::ZERO };
                sleep(latency + stall).await;
            }
            Fault::Errors { percent } => {
                let fails = self.falls(percent);
                sleep(latency).await;
                if fails {
                    return Err(Error::new(ErrorKind::Unavailable, "the vendor is broken"));
                }
            }
            Fault::Throttling { percent } if self.falls(percent) => {
                sleep(Duration::from_millis(20)).await;
                return Err(Error::new(ErrorKind::Busy, "the vendor takes no more work"));
            }
            Fault::Throttling { .. } => sleep(latency).await,
            Fault::Down => std::future::pending().await,
            Fault::Breaks { percent } => {
                breaks = self.falls(percent);
                sleep(latency).await;
            }
        }
        Ok(answer(self.name, call, breaks))
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// An answer whose every word names its call, so that a mixed one is found out.
fn answer(name: &'static str, call: u64, breaks: bool) -> Deltas {
    let word = move |at: usize| async move {
        if at == WORDS {
            return Ok(Delta::End(Ending::of(name, Usage::default(), Stop::Complete)));
        }
        match at {
            0 => {}
            3 if breaks => std::future::pending().await,
            _ => sleep(Duration::from_millis(30)).await,
        }
        Ok(Delta::Text(format!("{name}-{call} ")))
    };
    stream::iter(0..=WORDS).then(word).boxed()
}
