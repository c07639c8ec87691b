//! Tests of the library over a folder.

use std::fs;
use std::path::PathBuf;

use contract::ErrorKind;
use contract::finding::DocumentKind;
use tempfile::TempDir;

use super::*;

const CODES: &str = "code\tcategory\ttitle\tdescription\tsymptoms\tcauses\tdifficulty\tdiy\tcost_eur_min\tcost_eur_max\t\
                     hours_min\thours_max\tmil\temissions\tlimp_mode\trelated\n\
                     P0301\tpowertrain\tMisfire\t\t\t\t\t\t40\t800\t\t\t\t\t\t\n\
                     P0420\tpowertrain\tCatalyst\t\t\t\t\t\t\t\t\t\t\t\t\t\n";

fn write(folder: &TempDir, name: &str, content: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    path
}

fn shelf() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder,
        "tyres.md",
        "---\ndocument: tyres\nmodels: [Lumen]\n---\n# Tyres\n\nInflate the tyres to 2.5 bar.\n",
    );
    write(&folder, "misfire.txt", "The code P0301 means that cylinder 1 misfires.");
    write(&folder, "dtc/codes.tsv", CODES);
    folder
}

fn query(text: &str) -> Query {
    Query { text: text.into(), limit: 5, ..Query::default() }
}

#[tokio::test]
async fn keeps_what_every_library_promises() {
    let library = FolderLibrary::open(shelf().path(), None).unwrap();
    contract::testing::library::check(&library, "What tyre pressure do I need?", "tyres").await;
}

#[test]
fn a_trouble_code_comes_first_and_above_everything() {
    let library = FolderLibrary::open(shelf().path(), None).unwrap();
    let found = library.find(&query("inflate tyres, and p 0301, also P0420 and P3999?")).unwrap();
    let places: Vec<_> = found.iter().map(|passage| passage.section.as_str()).collect();
    assert_eq!(&places[..2], ["P0301", "P0420"]);
    assert_eq!(found[0].kind, DocumentKind::Dtc);
    assert!(found[0].text.contains("Typical repair cost for P0301 is EUR 40 to 800."), "{}", found[0].text);
    assert!(found.windows(2).all(|pair| pair[0].score > pair[1].score));
    assert!(found.iter().any(|passage| passage.document == "tyres"));
    assert_eq!(library.find(&query("P3999")).unwrap(), []);
}

#[tokio::test]
async fn an_empty_library_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let error = FolderLibrary::open(folder.path(), None).unwrap().ready().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.hint.is_some());
    let missing = FolderLibrary::open(&folder.path().join("missing"), None).err().unwrap();
    assert_eq!(missing.kind, ErrorKind::Unavailable);
}

#[test]
fn bad_files_are_named_and_the_others_are_read() {
    let folder = shelf();
    write(&folder, "bad.md", "---\nkind: novel\n---\nText.");
    write(&folder, "worse.pdf", "not a pdf");
    write(&folder, "dtc/codes.tsv", "nonsense");
    for index in [None, Some(tempfile::tempdir().unwrap())] {
        for _ in 0..2 {
            let library = FolderLibrary::open(folder.path(), index.as_ref().map(TempDir::path)).unwrap();
            let named: Vec<_> = library.problems().iter().map(|problem| problem.file.file_name().unwrap()).collect();
            assert_eq!(named, ["codes.tsv", "bad.md", "worse.pdf"]);
            assert_eq!(library.passages().unwrap().len(), 2);
        }
    }
}

#[test]
fn an_index_is_built_anew_only_when_a_file_changed() {
    let (folder, index) = (shelf(), tempfile::tempdir().unwrap());
    let mut told = Vec::new();
    let mut open = |folder: &TempDir| {
        told.clear();
        let ingested = ingest(folder.path(), Some(index.path()), &mut |file| told.push(file.to_owned())).unwrap();
        (ingested.built, ingested.files, ingested.passages, ingested.codes, told.len())
    };
    assert_eq!(open(&folder), (true, 2, 2, 2, 2));
    assert_eq!(open(&folder), (false, 2, 2, 2, 0));
    write(&folder, "tyres.md", "Inflate the tyres to 3 bar.");
    assert_eq!(open(&folder), (true, 2, 2, 2, 2));
    fs::remove_file(folder.path().join("tyres.md")).unwrap();
    assert_eq!(open(&folder), (true, 1, 1, 2, 1));
    assert_eq!(open(&folder), (false, 1, 1, 2, 0));
    assert_eq!(fs::read_dir(index.path()).unwrap().count(), 1, "indexes of former files are removed");
}

#[test]
fn a_damaged_index_is_an_error_or_built_anew_but_never_a_wrong_answer() {
    let (folder, index) = (shelf(), tempfile::tempdir().unwrap());
    ingest(folder.path(), Some(index.path()), &mut |_| {}).unwrap();
    let kept = fs::read_dir(index.path()).unwrap().next().unwrap().unwrap().path();
    fs::write(kept.join("meta.json"), "{").unwrap();
    match FolderLibrary::open(folder.path(), Some(index.path())) {
        Ok(library) => assert_eq!(library.find(&query("tyre pressure")).unwrap()[0].document, "tyres"),
        Err(error) => assert_eq!(error.kind, ErrorKind::Unavailable),
    }
}
