//! A person at the desk, who takes over and settles what waits, one case after the other.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::time::sleep;

/// How long a case takes them.
const WORK: Duration = Duration::from_secs(4);

/// Settles cases until the task is dropped. What cannot be done, because another was quicker, is left.
pub async fn work(client: Client, server: String, person: String) {
    let token = format!("demo-{person}");
    let path = |case: &Value, door: &str| {
        format!("{server}/v1/handoffs/{}/{door}", case["case_id"].as_str().unwrap_or_default())
    };
    loop {
        sleep(WORK).await;
        let queue = client.get(format!("{server}/v1/handoffs")).bearer_auth(&token).send().await;
        let Ok(queue) = queue else { continue };
        let Ok(queue) = queue.json::<Value>().await else { continue };
        let waiting = queue["cases"].as_array().into_iter().flatten();
        let Some(case) = waiting.into_iter().find(|case| case["position"].is_number()).cloned() else { continue };
        for (door, body) in [
            ("claim", Value::Null),
            ("words", json!({"text": "I have looked into it, and it is settled."})),
            ("resolve", json!({"note": "Settled."})),
        ] {
            let post = client.post(path(&case, door)).bearer_auth(&token);
            let post = if body.is_null() { post } else { post.json(&body) };
            let done = post.header("idempotency-key", format!("{}-{door}", case["case_id"])).send().await;
            if !done.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
        }
    }
}
