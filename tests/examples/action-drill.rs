//! Kills a server over and over while customers have services booked, and checks what came of it: each booking that was
//! confirmed stands once, and every answered turn is kept as it was answered.
//!
//! `action-drill --kills 30 -- target/debug/motorline` starts the server with the settings of the environment, of which `data`
//! must name a folder and the service desk must be the SQLite file in it, and kills it (SIGKILL) at random moments. Meanwhile
//! each customer asks for a service, agrees, with the button or in words, and begins again; each request is repeated with its
//! key, through all restarts, until it is answered.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a tool that prints, and may be blunt; it shares its parts with another"
)]

#[path = "drill/customer.rs"]
mod customer;
#[path = "drill/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use backoffice::ServiceDesk;
use clap::Parser;
use contract::ports::Entropy;
use contract::testing::access;
use local::{Database, SqliteServiceDesk, SystemClock, SystemEntropy};
use tokio::time::sleep;

use customer::{Customer, Journey, Shared, repeat_all};
use server::{end, free_address, start};

/// Who has services booked: customers with a car in a market with dealers.
const CUSTOMERS: [&str; 6] = ["ada", "ben", "emma", "farid", "hiro", "liam"];

/// Kills a server over and over while customers have services booked.
#[derive(Parser)]
struct Arguments {
    /// How often it is killed.
    #[arg(long, default_value_t = 30)]
    kills: usize,
    /// The longest that it lives once it answers, in milliseconds.
    #[arg(long, default_value_t = 1_500)]
    longest_ms: u64,
    /// Where it listens, as address and port. Left out: a free port of this machine.
    #[arg(long)]
    listen: Option<String>,
    /// The file of the service desk.
    #[arg(long, env = "MOTORLINE_DATA")]
    data: String,
    /// The server and its arguments.
    command: Vec<String>,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let file = Path::new(&arguments.data).join("motorline.db");
    let address = match arguments.listen {
        Some(address) => address,
        None => free_address().await,
    };
    let before: usize = standing(&file).await.values().map(Vec::len).sum();
    assert_eq!(before, 0, "the drill needs a folder in which nothing is booked");
    let shared = Arc::new(Shared::new(address.clone()));
    let run = format!("{:08x}", SystemEntropy.random() as u32);
    let mut server = start(&arguments.command, &address).await;
    let customers = CUSTOMERS.map(|name| tokio::spawn(Customer::new(name, &run, shared.clone()).book_on()));
    // By kill, what was booked then.
    let mut booked: Vec<BTreeSet<String>> = Vec::new();
    for _ in 0..arguments.kills {
        let lives = SystemEntropy.random() as u64 % (arguments.longest_ms * 1_000);
        sleep(Duration::from_micros(lives)).await;
        shared.kills.fetch_add(1, Ordering::Relaxed);
        end(server).await;
        booked.push(standing(&file).await.into_values().flatten().collect());
        server = start(&arguments.command, &address).await;
    }
    shared.over.store(true, Ordering::Relaxed);
    let mut journeys = Vec::new();
    for customer in customers {
        journeys.extend(customer.await.unwrap());
    }
    repeat_all(&shared, &journeys).await;
    end(server).await;
    let confirmed = compare(&standing(&file).await, &journeys);
    // What a careless server would have booked again: it stood when the server died over the yes.
    let stood = |one: &&Journey| one.last_kill().is_some_and(|kill| booked[kill - 1].contains(&one.number));
    let unanswered = journeys.iter().filter(stood).count();
    let turns: usize = journeys.iter().map(|journey| journey.answered.len()).sum();
    println!(
        "{} kills: {turns} turns were answered and kept, {confirmed} bookings were confirmed and stand once each; {}; \
         {unanswered} bookings stood unanswered when the server was killed",
        arguments.kills,
        shared.figures()
    );
}

/// The case numbers of what is booked, by customer, read while no server runs.
async fn standing(file: &Path) -> BTreeMap<&'static str, Vec<String>> {
    let desk = SqliteServiceDesk::new(Database::open(file).unwrap(), Arc::new(SystemClock::start()));
    let mut standing = BTreeMap::new();
    for customer in CUSTOMERS {
        let booked = desk.appointments(&access(customer)).await.unwrap();
        standing.insert(customer, booked.into_iter().map(|appointment| appointment.number).collect());
    }
    standing
}

/// Checks that exactly what was confirmed stands, once. Returns how many bookings that is.
fn compare(standing: &BTreeMap<&'static str, Vec<String>>, journeys: &[Journey]) -> usize {
    let mut confirmed: BTreeMap<&str, Vec<String>> = CUSTOMERS.map(|name| (name, Vec::new())).into();
    for journey in journeys {
        confirmed.get_mut(journey.customer).unwrap().push(journey.number.clone());
    }
    let mut all = 0;
    for (customer, mut confirmed) in confirmed {
        let mut standing = standing[customer].clone();
        confirmed.sort_unstable();
        standing.sort_unstable();
        assert_eq!(confirmed, standing, "{customer}: what was confirmed and what stands differ");
        let once: BTreeSet<&String> = confirmed.iter().collect();
        assert_eq!(once.len(), confirmed.len(), "{customer}: one booking was confirmed twice");
        all += confirmed.len();
    }
    assert!(all > 0, "nothing was booked");
    all
}
