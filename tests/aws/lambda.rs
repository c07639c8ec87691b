//! What comes of asking a function that is not there, and of asking too much. That one answers is seen under Amazon's own
//! emulator (`tests/lambda/agents.py`).

use ::aws::LambdaFunction;
use contract::ErrorKind;

use super::{cloud, config, unique};

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_is_not_there_is_unavailable_and_named_in_the_hint() {
    let name = unique("nobody");
    let function = LambdaFunction::new(&cloud().await, &name);
    for error in [function.invoke(b"{}".to_vec()).await.unwrap_err(), function.check().await.unwrap_err()] {
        assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
        assert!(error.hint.as_ref().is_some_and(|hint| hint.contains(&name)), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_not_there_is_unavailable_too() {
    let function = LambdaFunction::new(&config("http://127.0.0.1:9").await, "anybody");
    assert_eq!(function.invoke(b"{}".to_vec()).await.unwrap_err().kind, ErrorKind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_six_megabytes_are_not_even_sent() {
    let function = LambdaFunction::new(&config("http://127.0.0.1:9").await, "anybody");
    let error = function.invoke(vec![b' '; 6 * 1024 * 1024 + 1]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.contains("6291457") && error.hint.is_some(), "{error}");
}
