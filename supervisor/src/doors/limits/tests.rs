//! Tests of admission, by a clock that moves only when it is told to.

use std::sync::Mutex;
use std::time::Duration;

use contract::CustomerId;
use jiff::Timestamp;

use super::*;

/// A clock that stands still until it is told to move.
#[derive(Default)]
pub(super) struct HandClock(Mutex<Duration>);

impl HandClock {
    pub(super) fn wait(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH.checked_add(self.elapsed()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

fn rules() -> LimitRules {
    let of = NonZeroU32::new;
    LimitRules {
        turns_per_minute: of(8),
        address_per_minute: of(8),
        session_at_once: of(1),
        identity_at_once: of(2),
        turns_at_once: 3,
        ..LimitRules::default()
    }
}

fn open(rules: LimitRules) -> (Limits, Arc<HandClock>) {
    let clock = Arc::new(HandClock::default());
    (Limits::new(rules, clock.clone()), clock)
}

fn customer(name: &str) -> Caller {
    Caller::Customer(CustomerId::new(name).unwrap())
}

fn session(name: &str) -> SessionId {
    SessionId::new(name).unwrap()
}

fn at(address: &str) -> Option<IpAddr> {
    Some(address.parse().unwrap())
}

/// What a refusal is: its status, and the setting that it names.
fn refusal(outcome: Result<Permit, Problem>) -> (u16, String) {
    let problem = outcome.unwrap_err();
    assert!(problem.retry_after_s.is_some_and(|wait| wait >= 1) && problem.hint.is_some(), "{problem:?}");
    let setting = problem.detail.rsplit_once('(').unwrap().1.trim_end_matches(')');
    (problem.status, setting.to_owned())
}

#[test]
fn each_place_under_way_is_counted_and_given_back() {
    let (limits, _) = open(LimitRules { turns_per_minute: None, address_per_minute: None, ..rules() });
    let (ada, ben) = (customer("ada"), customer("ben"));
    let first = limits.admit(&ada, None, &session("a")).unwrap();
    let refused = refusal(limits.admit(&ada, None, &session("a")));
    assert_eq!(refused, (429, "limits.session_at_once".into()));
    let second = limits.admit(&ada, None, &session("b")).unwrap();
    let refused = refusal(limits.admit(&ada, None, &session("c")));
    assert_eq!(refused, (429, "limits.identity_at_once".into()));
    let third = limits.admit(&ben, None, &session("a")).expect("another's session of the same name is another session");
    let refused = refusal(limits.admit(&customer("eva"), None, &session("e")));
    assert_eq!(refused, (503, "limits.turns_at_once".into()));
    drop((first, second, third));
    let again = [("ada", "a"), ("ada", "b"), ("ben", "a")];
    let _again = again.map(|(who, at)| limits.admit(&customer(who), None, &session(at)).unwrap());
}

#[test]
fn known_callers_count_by_identity_and_visitors_by_address() {
    let (limits, clock) = open(rules());
    let turn = |caller: &Caller, address: &str| limits.admit(caller, at(address), &session("s")).map(drop);
    let (ada, ben, visitor) = (customer("ada"), customer("ben"), Caller::Anonymous);
    for caller in [&ada, &ben, &visitor] {
        assert_eq!([turn(caller, "192.0.2.1"), turn(caller, "192.0.2.1")], [Ok(()), Ok(())], "a quarter of 8");
    }
    assert_eq!(turn(&ada, "192.0.2.2").unwrap_err().status, 429, "wherever she is");
    let refused = turn(&visitor, "192.0.2.1").unwrap_err();
    assert_eq!((refused.status, refused.retry_after_s), (429, Some(8)), "7.5 seconds, rounded up");
    assert_eq!(turn(&visitor, "192.0.2.2"), Ok(()));
    clock.wait(Duration::from_millis(7_500));
    assert_eq!((turn(&ada, "192.0.2.1"), turn(&visitor, "192.0.2.1")), (Ok(()), Ok(())));
}

#[test]
fn a_refused_place_costs_no_turn() {
    let (limits, _) = open(rules());
    let ada = customer("ada");
    let held = limits.admit(&ada, None, &session("a")).unwrap();
    for _ in 0..9 {
        assert_eq!(refusal(limits.admit(&ada, None, &session("a"))).1, "limits.session_at_once");
    }
    drop(held);
    assert!(limits.admit(&ada, None, &session("a")).is_ok());
}

#[test]
fn other_requests_are_ten_times_as_many() {
    let (limits, _) = open(rules());
    let ada = customer("ada");
    let allowed = (0..100).filter(|_| limits.called(&ada).is_ok()).count();
    assert_eq!(allowed, 20, "a quarter of 80");
    assert_eq!(limits.called(&customer("ben")), Ok(()));
    let knocks = (0..100).filter(|_| limits.knocked(at("2001:db8::1")).is_ok()).count();
    assert_eq!(knocks, 20);
    assert_eq!(limits.knocked(at("2001:db8::ffff")).unwrap_err().status, 429, "the same subscriber");
    assert_eq!(limits.knocked(at("2001:db8:0:1::1")), Ok(()));
}

#[test]
fn what_is_off_does_not_limit() {
    let (limits, _) = open(LimitRules::default());
    let held: Vec<_> =
        (0..500).map(|_| limits.admit(&Caller::Anonymous, at("127.0.0.1"), &session("s")).unwrap()).collect();
    assert_eq!(held.len(), 500);
    assert!((0..5_000).all(|_| limits.knocked(at("127.0.0.1")).is_ok() && limits.called(&customer("ada")).is_ok()));
}
