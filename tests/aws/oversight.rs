//! What was learned and who looked at what, in DynamoDB: held to the suites of their ports on every service.

use std::sync::Arc;

use ::aws::dynamo::{DynamoAudit, DynamoLearned};
use aws_sdk_dynamodb::types::AttributeValue;
use contract::ErrorKind;
use contract::ports::{AuditEntry, AuditTrail, Clock};
use contract::testing::audit::Tampering;
use learning::{Count, Hour, Learned, Lesson, Note};
use serde_json::json;

use super::dynamo::Bench;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_learned_keeps_the_promises_of_the_port() {
    for bench in Bench::all("learned").await {
        eprintln!("{}", bench.endpoint);
        bench.keep_expired("analytics").await;
        learning::testing::learned::check(|clock: Arc<dyn Clock>| -> Arc<dyn Learned> {
            Arc::new(DynamoLearned::new(&bench.config, &bench.prefix, clock))
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_is_bounded_and_what_it_costs_is_known() {
    for bench in Bench::all("lesson").await {
        bench.keep_expired("analytics").await;
        let store = DynamoLearned::new(&bench.config, &bench.prefix, bench.clock.clone());
        let huge = Lesson { marks: (0..101).map(|n| format!("huge/{n}")).collect(), ..Lesson::default() };
        let error = store.keep(&huge).await.unwrap_err();
        assert_eq!((error.kind, error.hint.is_some()), (ErrorKind::Invalid, true));
        // What a turn teaches: a mark, sixty counts, a note of its conversation.
        let (hour, expires) = (Hour::of(bench.clock.now()), "2027-06-01T00:00:00Z".parse().unwrap());
        let count = |n: i64| (Count { hour, what: "turns".into(), about: format!("intent=number-{n}") }, 1);
        let note =
            Note { key: "session/one".into(), owner: "ada".into(), version: 0, expires, body: json!({"turns": 1}) };
        let lesson =
            |n: usize, notes| Lesson { marks: vec![format!("cost/{n}")], counts: (0..60).map(count).collect(), notes };
        store.keep(&lesson(0, vec![note])).await.unwrap();
        let before = store.consumed();
        for n in 1..=20 {
            store.keep(&lesson(n, Vec::new())).await.unwrap();
        }
        let each = (store.consumed().write - before.write) / 20.0;
        println!("{}: a lesson of sixty counts and a mark costs {each} write units", bench.endpoint);
        assert!(each > 0.0 && each <= 16.0, "{each}");
        let sums = store.counts(hour..Hour(hour.0 + 1)).await.unwrap();
        assert!(sums.len() == 60 && sums.iter().all(|(_, sum)| *sum == 21), "{sums:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_trail_keeps_the_promises_of_the_port() {
    for bench in Bench::all("audit").await {
        eprintln!("{}", bench.endpoint);
        contract::testing::audit::check(async || -> Arc<dyn AuditTrail> {
            let trail: Arc<dyn AuditTrail> =
                Arc::new(DynamoAudit::new(&bench.config, &bench.prefix, bench.clock.clone()));
            trail
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tampering_with_the_audit_trail_is_noticed() {
    for endpoint in super::dynamodb_endpoints() {
        let tampered = async |entries: &[AuditEntry], how: Option<Tampering>| -> Arc<dyn AuditTrail> {
            let bench = Bench::new(endpoint.clone(), "tampering").await;
            let trail = DynamoAudit::new(&bench.config, &bench.prefix, bench.clock.clone());
            for entry in entries {
                trail.note(entry).await.unwrap();
            }
            tamper(&bench, how).await;
            let trail: Arc<dyn AuditTrail> = Arc::new(trail);
            trail
        };
        contract::testing::audit::tampering(tampered).await;
    }
}

async fn tamper(bench: &Bench, how: Option<Tampering>) {
    let (day, table) = ("AUDIT#2026-11-28", format!("{}-analytics", bench.prefix));
    let entry = async |number: u32| bench.raw("analytics", day, &format!("{number:010}")).await.expect("an entry");
    let put = async |item| bench.client.put_item().table_name(&table).set_item(Some(item)).send().await.unwrap();
    let (first, mut second) = (entry(1).await, entry(2).await);
    match how {
        None => {}
        Some(Tampering::Changed) => {
            let AttributeValue::S(text) = &second["entry"] else { panic!("text") };
            let text = text.replace("operator~kim", "operator~sam");
            second.insert("entry".into(), AttributeValue::S(text));
            put(second).await;
        }
        Some(Tampering::Removed) => {
            let delete = bench.client.delete_item().table_name(&table).key("pk", second["pk"].clone());
            delete.key("sk", second["sk"].clone()).send().await.unwrap();
        }
        Some(Tampering::Swapped) => {
            let (mut one, mut two) = (first.clone(), second.clone());
            one.insert("sk".into(), second["sk"].clone());
            two.insert("sk".into(), first["sk"].clone());
            put(one).await;
            put(two).await;
        }
    }
}
