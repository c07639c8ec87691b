//! What every ledger promises: no account is ever overdrawn, and nothing that was spent is forgotten.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use super::ManualClock;
use crate::ErrorKind;
use crate::ports::{Account, Clock, Ledger};

/// How many set money aside at once.
const CROWD: usize = 200;

/// Checks ledgers made by `make`, whose accounts are new. Accounts that nobody uses are forgotten by the clock.
pub async fn check(make: impl Fn(Arc<dyn Clock>) -> Arc<dyn Ledger>) {
    let clock = Arc::new(ManualClock::default());
    let ledger = make(clock.clone());
    ledger.ready().await.expect("ready");
    an_account_holds_what_its_limit_says(&*ledger).await;
    of_two_accounts_both_give_or_none(&*ledger).await;
    what_was_not_needed_is_there_again(&*ledger).await;
    more_spent_than_set_aside_is_written_down(&*ledger).await;
    a_changed_limit_holds_from_now_on(&*ledger).await;
    amounts_beyond_all_reason_are_refused(&*ledger).await;
    a_crowd_never_overdraws(&*ledger).await;
    an_account_in_use_is_kept(&*ledger, &clock).await;
}

fn account(name: &str, limit: u64) -> Account {
    Account { name: name.into(), limit }
}

async fn spent(ledger: &dyn Ledger, account: &Account) -> u64 {
    ledger.spent(account).await.expect("an account")
}

async fn an_account_holds_what_its_limit_says(ledger: &dyn Ledger) {
    let purse = [account("session:limit", 100)];
    assert_eq!(spent(ledger, &purse[0]).await, 0, "nobody has used it");
    ledger.set_aside(&purse, 60).await.expect("60 of 100");
    ledger.set_aside(&purse, 40).await.expect("40 of 40");
    let refused = ledger.set_aside(&purse, 1).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Refused);
    assert!(refused.message.contains("session:limit") && refused.hint.is_some(), "{refused}");
    ledger.set_aside(&purse, 0).await.expect("nothing is always there");
    assert_eq!(spent(ledger, &purse[0]).await, 100);
    let first = ledger.set_aside(&[account("session:too-much", 100)], 101).await.unwrap_err();
    assert_eq!(first.kind, ErrorKind::Refused, "a new account has a limit as well");
    assert_eq!(spent(ledger, &account("session:too-much", 100)).await, 0);
    ledger.set_aside(&[], u64::MAX).await.expect("no account, no limit");
}

async fn of_two_accounts_both_give_or_none(ledger: &dyn Ledger) {
    let (wide, narrow) = (account("day:both", 100), account("session:both", 10));
    for both in [[wide.clone(), narrow.clone()], [narrow.clone(), wide.clone()]] {
        let refused = ledger.set_aside(&both, 50).await.unwrap_err();
        assert!(refused.message.contains("session:both") && !refused.message.contains("day:both"), "{refused}");
    }
    assert_eq!((spent(ledger, &wide).await, spent(ledger, &narrow).await), (0, 0));
    ledger.set_aside(&[wide.clone(), narrow.clone()], 10).await.expect("both have it");
    assert_eq!((spent(ledger, &wide).await, spent(ledger, &narrow).await), (10, 10));
}

async fn what_was_not_needed_is_there_again(ledger: &dyn Ledger) {
    let both = [account("day:back", 100), account("session:back", 100)];
    ledger.set_aside(&both, 100).await.expect("all of it");
    ledger.settle(&both, 100, 30).await.expect("settled");
    assert_eq!((spent(ledger, &both[0]).await, spent(ledger, &both[1]).await), (30, 30));
    ledger.set_aside(&both, 70).await.expect("the rest is there");
    ledger.settle(&both, 70, 0).await.expect("settled");
    ledger.set_aside(&both, 71).await.expect_err("30 stay spent");
}

async fn more_spent_than_set_aside_is_written_down(ledger: &dyn Ledger) {
    let purse = [account("session:more", 100)];
    ledger.set_aside(&purse, 90).await.expect("90 of 100");
    ledger.settle(&purse, 90, 120).await.expect("what was spent was spent");
    assert_eq!(spent(ledger, &purse[0]).await, 120);
    assert_eq!(ledger.set_aside(&purse, 1).await.unwrap_err().kind, ErrorKind::Refused);
}

async fn a_changed_limit_holds_from_now_on(ledger: &dyn Ledger) {
    ledger.set_aside(&[account("day:changed", 100)], 80).await.expect("80 of 100");
    ledger.set_aside(&[account("day:changed", 50)], 1).await.expect_err("80 are more than 50");
    ledger.set_aside(&[account("day:changed", 200)], 120).await.expect("120 of 120");
    assert_eq!(spent(ledger, &account("day:changed", 0)).await, 200, "what is spent does not depend on the limit");
}

async fn amounts_beyond_all_reason_are_refused(ledger: &dyn Ledger) {
    let purse = [account("session:reason", 100)];
    ledger.set_aside(&purse, 50).await.expect("50 of 100");
    assert_eq!(ledger.set_aside(&purse, u64::MAX).await.unwrap_err().kind, ErrorKind::Refused);
    assert_eq!(spent(ledger, &purse[0]).await, 50);
}

async fn a_crowd_never_overdraws(ledger: &dyn Ledger) {
    let both = [account("day:crowd", 1_000), account("session:crowd", 100_000)];
    let outcomes = join_all((0..CROWD).map(|_| ledger.set_aside(&both, 7))).await;
    let kinds = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).map(|error| error.kind);
    assert!(kinds.clone().all(|kind| kind == ErrorKind::Refused), "nobody is turned away for another reason");
    let given = CROWD - kinds.count();
    assert_eq!(given, 142, "as often as 7 goes into 1,000");
    assert_eq!((spent(ledger, &both[0]).await, spent(ledger, &both[1]).await), (994, 994));
    join_all((0..given).map(|_| ledger.settle(&both, 7, 5))).await.into_iter().for_each(|done| done.expect("settled"));
    assert_eq!((spent(ledger, &both[0]).await, spent(ledger, &both[1]).await), (710, 710));
}

async fn an_account_in_use_is_kept(ledger: &dyn Ledger, clock: &ManualClock) {
    let purse = [account("session:kept", 100)];
    for _ in 0..4 {
        ledger.set_aside(&purse, 10).await.expect("there");
        clock.advance(Duration::from_secs(47 * 60 * 60));
        ledger.set_aside(&[account(&format!("day:{}", clock.now()), 100)], 1).await.expect("another account begins");
    }
    assert_eq!(spent(ledger, &purse[0]).await, 40, "less than two days passed between its uses");
}
