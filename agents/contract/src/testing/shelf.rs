//! What every shelf promises.

use crate::ErrorKind;
use crate::ports::{Edition, Shelf};

/// Checks an empty shelf (nothing published) that holds exactly the documents `known` (name and content), sorted by name.
pub async fn check(shelf: &dyn Shelf, known: &[(&str, &[u8])]) {
    shelf.ready().await.expect("ready");
    documents_are_read_whole(shelf, known).await;
    an_edition_is_published_in_one_step(shelf).await;
    only_one_of_two_publishers_wins(shelf).await;
}

async fn documents_are_read_whole(shelf: &dyn Shelf, known: &[(&str, &[u8])]) {
    let listed = shelf.documents().await.expect("a listing");
    let names: Vec<&str> = listed.iter().map(|document| document.name.as_str()).collect();
    assert_eq!(names, known.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    assert!(listed.iter().all(|document| !document.version.is_empty()));
    for (name, content) in known {
        assert_eq!(shelf.read(name).await.expect("a document"), *content, "{name}");
    }
    assert_eq!(shelf.read("no/such.md").await.unwrap_err().kind, ErrorKind::NotFound);
}

async fn an_edition_is_published_in_one_step(shelf: &dyn Shelf) {
    assert_eq!(shelf.newest().await.expect("a shelf"), None);
    let first = shelf.publish("first", b"one".to_vec(), None).await.expect("published");
    assert_eq!(shelf.newest().await.expect("a shelf"), Some(first.clone()));
    assert_eq!(shelf.fetch(&first).await.expect("packed"), b"one");
    let second = shelf.publish("second", b"two".to_vec(), Some(&first)).await.expect("published");
    assert_ne!(first, second);
    assert_eq!(shelf.newest().await.expect("a shelf"), Some(second.clone()));
    assert_eq!(shelf.fetch(&second).await.expect("packed"), b"two");
    assert_eq!(shelf.fetch(&first).await.expect("a reader may still be at the edition before"), b"one");
    let unknown = Edition { name: "unknown".into(), tag: second.tag };
    assert_eq!(shelf.fetch(&unknown).await.unwrap_err().kind, ErrorKind::NotFound);
}

async fn only_one_of_two_publishers_wins(shelf: &dyn Shelf) {
    let before = shelf.newest().await.expect("a shelf").expect("published above");
    let third = shelf.publish("third", b"three".to_vec(), Some(&before)).await.expect("published");
    for outdated in [Some(&before), None] {
        let late = shelf.publish("late", b"late".to_vec(), outdated).await;
        assert_eq!(late.unwrap_err().kind, ErrorKind::Conflict);
    }
    assert_eq!(shelf.newest().await.expect("a shelf"), Some(third));
}
