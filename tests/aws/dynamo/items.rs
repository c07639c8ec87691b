//! What lies in the tables: how items look, how large they may be, and what they cost.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_of_several_megabytes_is_read_whole() {
    for bench in Bench::all("pages").await {
        let store = bench.store();
        let mut kept = Vec::new();
        for n in 0..8 {
            let one = turn(&format!("page-{n}"), "pages", &customer("ada"), "hello");
            let ticket = admitted(store.open(&opening(&one, one.id.as_str())).await);
            kept.push(heavy(&one, noise(500_000)));
            store.close(Closing { ticket: &ticket, record: &kept[n] }).await.unwrap();
        }
        assert_eq!(store.transcript(&session("pages"), &customer("ada")).await.unwrap().turns, kept);
        let last = store.turn(&session("pages"), &kept[7].turn.id, &customer("ada")).await.unwrap();
        assert_eq!(last, kept[7]);
        let next = turn("page-8", "pages", &customer("ada"), "hello");
        assert_eq!(admitted(store.open(&opening(&next, "page-8")).await).history.len(), 8);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_too_large_for_an_item_goes_to_the_bucket_or_is_refused() {
    for bench in Bench::all("large").await {
        let one = turn("large", "large", &customer("ada"), "hello");
        let large = heavy(&one, noise(1_000_000));
        let ticket = admitted(bench.store().open(&opening(&one, "large")).await);
        let refused = bench.store().close(Closing { ticket: &ticket, record: &large }).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Invalid);
        assert!(refused.hint.is_some_and(|hint| hint.contains("bucket")));
        if bench.endpoint.ends_with(":9101") {
            continue; // DynamoDB Local has no S3 beside it.
        }
        let (_, bucket) = bucket(&bench.config).await;
        let store = bench.store_at("eu-central-1", Some(bucket));
        assert_eq!(store.close(Closing { ticket: &ticket, record: &large }).await.unwrap(), 1);
        let item = bench.raw("conversations", "CONV#large", "TURN#0000000001").await.unwrap();
        assert_eq!(item["record_at"], AttributeValue::S("records/large/large".into()));
        assert!(!item.contains_key("record"));
        assert_eq!(store.transcript(&session("large"), &customer("ada")).await.unwrap().turns, [large]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn items_are_as_documented() {
    for bench in Bench::all("raw").await {
        exchange(&bench.store(), "raw-turn", "raw", "good day").await.unwrap();
        let text = |value: &str| AttributeValue::S(value.into());
        let expires = AttributeValue::N((bench.clock.now().as_second() + RETENTION.as_secs() as i64).to_string());
        let meta = bench.raw("sessions", "SESS#raw", "META").await.unwrap();
        assert_eq!((&meta["owner"], &meta["turns"]), (&text("ada"), &AttributeValue::N("1".into())));
        assert_eq!(meta["home"], text("eu-central-1"));
        let key = bench.raw("conversations", "IDEM#ada#raw-turn", "KEY").await.unwrap();
        assert_eq!((&key["turn"], &key["seq"]), (&text("raw-turn"), &AttributeValue::N("1".into())));
        let turn = bench.raw("conversations", "CONV#raw", "TURN#0000000001").await.unwrap();
        assert_eq!((&turn["said"], &turn["replied"]), (&text("hello"), &text("good day")));
        assert!(matches!(&turn["record"], AttributeValue::B(packed) if !packed.as_ref().is_empty()));
        assert!([meta, key, turn].iter().all(|item| item["expires_at"] == expires));
        // An anonymous visitor's key cannot meet a customer's, whatever either of them writes.
        let visitor = turn_of_visitor();
        admitted(bench.store().open(&opening(&visitor, "ada")).await);
        assert!(bench.raw("conversations", "IDEM##ada", "KEY").await.is_some());
    }
}

fn turn_of_visitor() -> Turn {
    turn("visitor", "visitor", &Caller::Anonymous, "hello")
}

/// The record of a real turn: the shipped library's passages, quoted and cited as the agents do.
async fn typical(one: &Turn) -> TurnRecord {
    let query =
        contract::ports::Query { text: "How do I charge my Lumen at home?".into(), limit: 8, ..Default::default() };
    let passages = crate::house::LIBRARY.search(&query).await.unwrap();
    let citations = passages[..3.min(passages.len())].to_vec();
    let words = passages.iter().map(|passage| passage.text.as_str()).collect::<Vec<_>>().join(" ");
    let mut kept = heavy(one, String::new());
    kept.reply.text = words.chars().take(900).collect();
    kept.reply.citations = citations.clone();
    kept.reports[0].outcome = Outcome::Answered;
    kept.reports[0].findings = passages.into_iter().map(Finding::Passage).collect();
    let mut reply = kept.reports[0].clone();
    reply.agent = "response".into();
    reply.findings = vec![Finding::Reply(kept.reply.clone())];
    kept.reports.push(reply);
    kept
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typical_turn_costs_what_was_calculated() {
    for bench in Bench::all("cost").await {
        let store = bench.store();
        let mut before = Capacity::default();
        for n in 1..=10 {
            let one = turn(&format!("cost-{n}"), "cost", &customer("ada"), "How do I charge my Lumen at home?");
            let ticket = admitted(store.open(&opening(&one, one.id.as_str())).await);
            let kept = typical(&one).await;
            let bytes = serde_json::to_vec(&kept).unwrap().len();
            store.close(Closing { ticket: &ticket, record: &kept }).await.unwrap();
            let now = store.consumed();
            let (read, write) = (now.read - before.read, now.write - before.write);
            let dollars = (write * 0.625 + read * 0.125) / 100.0;
            eprintln!(
                "{} turn {n}: {bytes} bytes of JSON, {read} read units, {write} write units, ${dollars:.4} a 10,000 turns",
                bench.endpoint
            );
            assert!(write <= 36.0 && read <= 2.0 + 4.0 * n as f64, "turn {n}: {read} read, {write} write");
            before = now;
        }
        assert!(before.write > 0.0, "{} reports what calls consume", bench.endpoint);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_turn_left_open_is_read_with_the_history() {
    for bench in Bench::all("left-open").await {
        let store = bench.store();
        let one = turn("left-1", "left", &customer("ada"), "book a service");
        let ticket = admitted(store.open(&opening(&one, "left-1")).await);
        let action = Action {
            id: ActionId::new("left-1.servicing.0").unwrap(),
            agent: "servicing".into(),
            kind: "book".into(),
            parameters: [("dealer".to_owned(), "leeds".to_owned())].into(),
            summary: "Book a service.".into(),
            expires: one.received,
            state: ActionState::Proposed,
        };
        let handoff = Handoff {
            case: CaseId::new("left-case").unwrap(),
            queue: "care".into(),
            position: Some(2),
            wait_minutes: Some(5),
            opens: None,
            held_by: None,
        };
        let mut kept = heavy(&one, "proposed".into());
        kept.reports[0].findings = vec![Finding::Action(action), Finding::Handoff(handoff)];
        store.close(Closing { ticket: &ticket, record: &kept }).await.unwrap();
        let next = turn("left-2", "left", &customer("ada"), "yes");
        let history = admitted(bench.store().open(&opening(&next, "left-2")).await).history;
        assert_eq!(history, [kept.exchange()], "{}", bench.endpoint);
        assert!(history[0].actions.len() == 1 && history[0].case.is_some());
        let item = bench.raw("conversations", "CONV#left", "TURN#0000000001").await.unwrap();
        assert!(item.contains_key("left_open"));
    }
}
