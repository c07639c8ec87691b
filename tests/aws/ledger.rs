//! The ledger in DynamoDB: what every ledger promises, over many processes, and what it costs.

use std::sync::Arc;

use ::aws::dynamo::DynamoLedger;
use aws_sdk_dynamodb::types::AttributeValue;
use contract::ErrorKind;
use contract::ports::{Account, Clock, Ledger};
use contract::testing::ManualClock;
use futures::future::join_all;

use super::config;
use super::dynamo::Bench;

fn account(name: &str, limit: u64) -> Account {
    Account { name: name.into(), limit }
}

#[tokio::test(flavor = "multi_thread")]
async fn ledgers_keep_the_promises_of_the_port() {
    for bench in Bench::all("ledger").await {
        eprintln!("{}", bench.endpoint);
        contract::testing::ledger::check(|clock: Arc<dyn Clock>| {
            Arc::new(DynamoLedger::new(&bench.config, &bench.prefix, clock))
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_processes_never_overdraw_an_account_together() {
    for bench in Bench::all("ledger-race").await {
        let day = [account("day:2026-11-02", 100)];
        let payers = (0..16).map(|_| {
            let ledger = DynamoLedger::new(&bench.config, &bench.prefix, bench.clock.clone());
            let day = day.clone();
            tokio::spawn(async move {
                let mut given = 0;
                for _ in 0..4 {
                    match ledger.set_aside(&day, 7).await {
                        Ok(()) => given += 1,
                        Err(error) => assert_eq!(error.kind, ErrorKind::Refused, "{error}"),
                    }
                }
                given
            })
        });
        let given: u64 = join_all(payers).await.into_iter().map(Result::unwrap).sum();
        let ledger = DynamoLedger::new(&bench.config, &bench.prefix, bench.clock.clone());
        assert_eq!((given, ledger.spent(&day[0]).await.unwrap()), (14, 98), "{}", bench.endpoint);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_expire_and_a_call_costs_what_was_calculated() {
    for bench in Bench::all("ledger-items").await {
        let ledger = DynamoLedger::new(&bench.config, &bench.prefix, bench.clock.clone());
        let both = [account("session:s", 100), account("day:2026-11-02", 100)];
        ledger.set_aside(&both, 10).await.unwrap();
        ledger.settle(&both, 10, 4).await.unwrap();
        let item = bench.raw("sessions", "PAID#session:s", "META").await.unwrap();
        let expires = bench.clock.now().as_second() + 2 * 24 * 60 * 60;
        assert_eq!(item["expires_at"], AttributeValue::N(expires.to_string()));
        assert_eq!(item["spent"], AttributeValue::N("4".into()));
        let consumed = ledger.consumed();
        eprintln!("{}: a call of a model costs {} write units", bench.endpoint, consumed.write);
        // Two items, each written twice in a transaction, which costs each write twice.
        assert!(consumed.write > 0.0 && consumed.write <= 8.0, "{consumed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_not_there_is_unavailable() {
    let ledger = DynamoLedger::new(&config("http://127.0.0.1:9").await, "nowhere", Arc::new(ManualClock::default()));
    let error = ledger.set_aside(&[account("day:2026-11-02", 100)], 1).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!(ledger.ready().await.unwrap_err().kind, ErrorKind::Unavailable);
}
