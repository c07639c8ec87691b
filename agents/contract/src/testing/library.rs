//! What every library promises.

use crate::ports::{Library, Query};

/// Checks a library in which `question` is answered by the document `document`.
pub async fn check(library: &dyn Library, question: &str, document: &str) {
    library.ready().await.expect("ready");
    let query = |text: &str, limit| Query { text: text.into(), limit, ..Query::default() };

    let found = library.search(&query(question, 5)).await.expect("a search");
    assert!(found.iter().any(|passage| passage.document == document), "{question:?} should find {document}");
    assert!(found.len() <= 5, "at most as many as asked for");
    assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score), "best first");
    assert!(found.iter().all(|passage| !passage.text.trim().is_empty()), "no passage is empty");

    let one = library.search(&query(question, 1)).await.expect("a search");
    assert_eq!(one.first(), found.first(), "the limit does not change the order");
    for odd in ["", " ", "???", "\u{0}\u{202e}", "AND OR NOT (\"", "title:x^99 *", &"brake ".repeat(20_000)] {
        library.search(&query(odd, 5)).await.unwrap_or_else(|error| panic!("{odd:.20?}: {error}"));
    }
}
