//! The description of the API is generated, complete, and changes only on purpose.

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
        assert_eq!(HOUSE.get(None, path).await.0, 200, "{path}");
    }
}
