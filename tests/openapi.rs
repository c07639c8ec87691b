//! The description of the API is generated, complete, and changes only on purpose.

use serde_json::Value;

use crate::house::HOUSE;

#[tokio::test]
async fn the_description_is_the_golden_one() {
    let (_, document) = HOUSE.get(None, "/openapi.json").await;
    insta::with_settings!({snapshot_path => "golden", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_json_snapshot!("openapi", document);
    });
}

#[tokio::test]
async fn every_described_get_without_parameters_answers() {
    let (_, document) = HOUSE.get(None, "/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    for path in paths.keys().filter(|path| !path.contains('{') && paths[*path]["get"].is_object()) {
        // A plain request opens no socket.
        // What is kept of a customer is no visitor's.
        let expected = match path.as_str() {
            "/v1/socket" => 426,
            // Nor what is there for people who take over.
            "/metrics" | "/v1/alarms" | "/v1/analytics" | "/v1/audit" | "/v1/boards" => 403,
            "/v1/conversations" | "/v1/handoffs" | "/v1/insights" => 403,
            path if path.starts_with("/v1/me/") => 403,
            _ => 200,
        };
        assert_eq!(HOUSE.get(None, path).await.0, expected, "{path}");
    }
}

#[tokio::test]
async fn every_operation_and_every_answer_says_what_it_is() {
    let (_, document) = HOUSE.get(None, "/openapi.json").await;
    let said = |value: &Value| value.as_str().is_some_and(|words| !words.is_empty());
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            operations += 1;
            assert!(said(&operation["summary"]) && said(&operation["operationId"]), "{path}");
            for (status, answer) in operation["responses"].as_object().unwrap() {
                assert!(said(&answer["description"]), "{path} {status}");
            }
        }
    }
    assert!(operations >= 9, "{operations}");
}
