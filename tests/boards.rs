//! The boards, the alarms and the runbooks as operators meet them at their doors.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use contract::testing::ManualClock;
use local::{Database, MemoryMetrics, SqliteConversations};
use metering::{About, Measure, Metric, Metrics};
use serde_json::{Value, json};
use supervisor::settings::SETTINGS;
use tower::ServiceExt;

use crate::house::{House, office, tools};

const DOORS: [&str; 5] = [
    "/v1/boards",
    "/v1/boards/overview",
    "/v1/boards/overview/error-rate.svg",
    "/v1/alarms",
    "/v1/runbooks/error-rate",
];

/// A house whose measures are kept, in which every minute of the last hour had thirty turns and some errors.
async fn measured(errors: usize) -> House {
    let clock = Arc::new(ManualClock::default());
    let metrics = Arc::new(MemoryMetrics::new(clock.clone()));
    for _minute in 0..60 {
        let measure = |metric, value, outcome| Measure { metric, value, about: About { outcome, ..About::default() } };
        let turns = (1..=30)
            .flat_map(|n| [measure(Metric::Turns, 1.0, None), measure(Metric::TurnLatency, f64::from(n), None)]);
        let failed = (0..errors).map(|_| measure(Metric::TurnErrors, 1.0, Some("unavailable")));
        metrics.record(&turns.chain(failed).collect::<Vec<_>>());
        clock.advance(std::time::Duration::from_secs(60));
    }
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("house.db")).unwrap();
    let conversations = Arc::new(SqliteConversations::new(database, clock.clone()));
    let tools = supervisor::roster::Tools { office: office(clock.clone()), ..tools() };
    House::over_with(tools, conversations, clock, folder, |doors| doors.product.oversight.history = Some(metrics))
}

async fn get(house: &House, path: &str) -> Value {
    let (status, body) = house.get(Some("sam"), path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

#[tokio::test]
async fn only_people_who_work_here_see_boards() {
    let house = measured(0).await;
    for path in DOORS {
        assert_eq!(house.get(Some("ada"), path).await.0, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(house.get(None, path).await.0, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_board_shows_what_was_measured() {
    let house = measured(0).await;
    let names = get(&house, "/v1/boards").await;
    assert_eq!(names["measured_here"], true);
    for board in names["boards"].as_array().unwrap() {
        get(&house, &format!("/v1/boards/{}?hours=24", board["name"].as_str().unwrap())).await;
    }
    let board = get(&house, "/v1/boards/overview?hours=1").await;
    let chart = |title: &str| board["charts"].as_array().unwrap().iter().find(|chart| chart["title"] == title).unwrap();
    // All but the minute that has just begun.
    let values = |chart: &Value, line: usize| chart["lines"][line]["values"].as_array().unwrap()[..60].to_vec();
    assert!(values(chart("Turns a minute"), 0).iter().all(|value| *value == 30.0));
    assert_eq!(chart("Turn latency")["lines"][0]["label"], "p50");
    assert!(values(chart("Turn latency"), 0).iter().all(|value| (14.0..=16.0).contains(&value.as_f64().unwrap())));
    assert!(values(chart("Error rate"), 0).iter().all(|value| *value == 0.0));
    assert!(values(chart("Longest wait"), 0).iter().all(Value::is_null));
    let lambda = get(&house, "/v1/boards/platform").await;
    assert!(lambda["charts"].as_array().unwrap().iter().any(|chart| chart["only_on_aws"] == true));
}

#[tokio::test]
async fn a_chart_is_a_picture() {
    let house = measured(0).await;
    let request = Request::get("/v1/boards/overview/turn-latency.svg?hours=1&width=600&height=300");
    let request = request.header("authorization", "Bearer demo-sam").body(Body::empty()).unwrap();
    let answer = house.router.clone().oneshot(request).await.unwrap();
    assert_eq!(
        (answer.status(), &answer.headers()["content-type"]),
        (StatusCode::OK, &"image/svg+xml".parse().unwrap())
    );
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let picture = roxmltree::Document::parse(&text).unwrap();
    assert_eq!(picture.root_element().attribute("viewBox"), Some("0 0 600 300"));
}

#[tokio::test]
async fn an_alarm_is_on_and_says_what_to_do() {
    let alarm = |body: &Value, runbook: &str| {
        body["alarms"].as_array().unwrap().iter().find(|alarm| alarm["runbook"] == runbook).cloned().unwrap()
    };
    let quiet = get(&measured(1).await, "/v1/alarms").await;
    assert_eq!(
        (alarm(&quiet, "error-rate")["state"].as_str(), alarm(&quiet, "paging")["state"].as_str()),
        (Some("ok"), Some("ok"))
    );
    let house = measured(10).await;
    let body = get(&house, "/v1/alarms").await;
    assert_eq!(
        (alarm(&body, "error-rate")["state"].as_str(), alarm(&body, "error-rate")["value"].as_f64()),
        (Some("alarm"), Some(25.0))
    );
    assert_eq!(alarm(&body, "paging")["state"], "alarm");
    assert!(alarm(&body, "error-rate")["since"].is_string());
    assert_eq!(
        (alarm(&body, "iterator-age")["only_on_aws"].clone(), alarm(&body, "iterator-age")["state"].as_str()),
        (json!(true), Some("insufficient_data"))
    );
    for one in body["alarms"].as_array().unwrap() {
        let runbook = get(&house, &format!("/v1/runbooks/{}", one["runbook"].as_str().unwrap())).await;
        assert!(runbook["html"].as_str().unwrap().contains("<h2>What to do</h2>"));
    }
}

#[tokio::test]
async fn what_cannot_be_shown_is_a_problem_with_a_hint() {
    let house = measured(0).await;
    for (path, status) in [
        ("/v1/boards/nothing", 404),
        ("/v1/boards/overview/nothing.svg", 404),
        ("/v1/boards/overview/turn-latency", 404),
        ("/v1/runbooks/nothing", 404),
        ("/v1/boards/overview?hours=0", 422),
        ("/v1/boards/overview?hours=x", 400),
        ("/v1/boards/overview?period_s=61", 422),
        ("/v1/boards/overview?hours=672&period_s=60", 422),
        ("/v1/boards/overview?until=1970-01-01T00:00:00Z", 200),
        ("/v1/boards/overview?from=-009999-01-02T01:59:59Z", 422),
        ("/v1/boards/overview/turn-latency.svg?width=1&height=99999", 200),
    ] {
        let (answered, body) = house.get(Some("sam"), path).await;
        assert_eq!(answered, status, "{path}: {body}");
        assert!(status == 200 || body["hint"].is_string(), "{path}: {body}");
    }
    // Where measures go elsewhere, the doors say where the boards are.
    let elsewhere = House::with(tools(), |doors| doors.product.oversight.history = None);
    for path in ["/v1/boards/overview", "/v1/alarms"] {
        let (status, body) = elsewhere.get(Some("sam"), path).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(body["hint"].as_str().unwrap().contains("CloudWatch"), "{body}");
    }
}

/// A runbook that names a setting which there is not would be read at night.
#[test]
fn settings_in_runbooks_are_settings() {
    let boards = boards::Boards::shipped("dev").unwrap();
    let keys: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
    let groups: Vec<&str> = keys.iter().filter_map(|key| Some(key.split_once('.')?.0)).collect();
    let mut seen = 0;
    for name in boards.runbooks() {
        let text = boards.runbook(name).unwrap();
        for code in text.split('`').skip(1).step_by(2) {
            let key = code.split([' ', '=']).next().unwrap_or_default();
            let Some((group, rest)) = key.split_once('.') else { continue };
            if !groups.contains(&group) || rest.is_empty() {
                continue;
            }
            seen += 1;
            assert!(keys.contains(&key) || key == "agents.NAME.run", "{name}: there is no setting {key}");
        }
    }
    assert!(seen > 30, "{seen}");
}
