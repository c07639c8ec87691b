//! Checks that an edition survives its travel, and that nothing else gets in.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::{TempDir, tempdir};

use super::*;
use crate::FolderLibrary;

const CODES: &str = "code\tcategory\ttitle\tdescription\tsymptoms\tcauses\tdifficulty\tdiy\tcost_eur_min\tcost_eur_max\t\
                     hours_min\thours_max\tmil\temissions\tlimp_mode\trelated\n\
                     P0301\tpowertrain\tMisfire\t\t\t\t\t\t40\t800\t\t\t\t\t\t\n";

fn documents() -> TempDir {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("dtc")).unwrap();
    for (name, text) in [
        ("tyres.md", "# Tyres\n\nInflate the tyres to 2.5 bar."),
        ("boot.txt", "Press the button to open the boot."),
        ("bad.md", "---\nkind: novel\n---\nText."),
        ("dtc/codes.tsv", CODES),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn built() -> Built {
    build(documents().path(), tempdir().unwrap().path()).unwrap()
}

fn query(text: &str) -> Query {
    Query { text: text.into(), limit: 5, ..Query::default() }
}

/// What is compressed in `bytes`, if it can be read to the checksum and fits it.
fn content(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut content).ok()?;
    Some(content)
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn an_edition_finds_what_the_folder_finds() {
    let (documents, work) = (documents(), tempdir().unwrap());
    let built = build(documents.path(), work.path()).unwrap();
    let edition = unpack(&built.packed, work.path()).unwrap();
    let folder = FolderLibrary::open(documents.path(), None).unwrap();
    for text in ["tyre pressure", "open the boot", "P0301 and tyres", "P0302", "nonsense"] {
        assert_eq!(edition.find(&query(text)).unwrap(), folder.find(&query(text)).unwrap(), "{text}");
    }
    assert_eq!(edition.manifest(), &built.manifest);
    let Manifest { files, passages, codes, problems, .. } = built.manifest;
    assert_eq!((files, passages, codes), (3, 2, 1));
    assert!(problems.len() == 1 && problems[0].starts_with("bad.md"), "{problems:?}");
    assert_eq!(entries(work.path()), [edition.manifest().name.clone()], "nothing else is left behind");
}

#[test]
fn the_name_is_that_of_the_documents() {
    let folder = documents();
    let first = build(folder.path(), tempdir().unwrap().path()).unwrap().manifest.name;
    assert_eq!(built().manifest.name, first, "wherever they lie and whenever it is built");
    assert_eq!(name(folder.path()).unwrap(), first);
    for (file, text) in [("tyres.md", "# Tyres\n\nInflate the tyres to 3 bar."), ("dtc/codes.tsv", "other codes")] {
        fs::write(folder.path().join(file), text).unwrap();
        assert_ne!(name(folder.path()).unwrap(), first, "{file}");
    }
}

#[test]
fn an_edition_is_read_where_nothing_can_be_written() {
    let work = tempdir().unwrap();
    let name = unpack(&built().packed, work.path()).unwrap().manifest().name.clone();
    let folder = work.path().join(name);
    let before = entries(&folder);
    let edition = Edition::open(&folder).unwrap();
    assert_eq!(edition.find(&query("tyre pressure")).unwrap().len(), 1);
    assert_eq!(entries(&folder), before, "not even a lock");
}

#[test]
fn a_pack_that_was_cut_or_changed_is_refused_and_changes_nothing() {
    let work = tempdir().unwrap();
    let Built { packed, manifest } = built();
    unpack(&packed, work.path()).unwrap();
    let refused = |bytes: &[u8]| unpack(bytes, work.path()).err().map(|error| error.kind);
    for end in (0..packed.len()).step_by(7) {
        assert_eq!(refused(&packed[..end]), Some(ErrorKind::Unavailable), "cut at {end}");
    }
    for at in (10..packed.len()).step_by(11) {
        let mut bytes = packed.clone();
        bytes[at] ^= 0x10;
        // The last bits before the checksum may be unused: a change there changes nothing.
        if content(&bytes).is_none_or(|bytes| Some(bytes) != content(&packed)) {
            assert_eq!(refused(&bytes), Some(ErrorKind::Unavailable), "changed at {at}");
        }
    }
    assert_eq!(entries(work.path()), [manifest.name]);
}

/// A pack with one file of the given name, and a link.
fn forged(name: &[u8], link: bool) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name);
    header.set_size(if link { 0 } else { 4 });
    header.set_mode(0o644);
    if link {
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_link_name("/etc").unwrap();
    }
    header.set_cksum();
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    archive.append(&header, if link { &b""[..] } else { &b"evil"[..] }).unwrap();
    archive.into_inner().unwrap().finish().unwrap()
}

#[test]
fn nothing_is_written_outside_of_the_folder() {
    let outside = tempdir().unwrap();
    let work = outside.path().join("work");
    let absolute = format!("{}/absolute", outside.path().display());
    for (name, link) in [
        ("../escaped", false),
        ("../../escaped", false),
        ("inner/../../../escaped", false),
        ("inner/file", false),
        (".", false),
        (absolute.as_str(), false),
        ("link", true),
    ] {
        let error = unpack(&forged(name.as_bytes(), link), &work).err().unwrap();
        assert_eq!(error.kind, ErrorKind::Unavailable, "{name}");
    }
    assert_eq!((entries(outside.path()), entries(&work)), (vec!["work".to_owned()], vec![]));
}

#[test]
fn a_pack_may_not_be_endless() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut header = tar::Header::new_gnu();
    header.set_path("endless").unwrap();
    header.set_size(u64::from(u32::MAX));
    header.set_cksum();
    encoder.write_all(header.as_bytes()).unwrap();
    let work = tempdir().unwrap();
    assert_eq!(unpack(&encoder.finish().unwrap(), work.path()).err().unwrap().kind, ErrorKind::Unavailable);
    assert_eq!(entries(work.path()), Vec::<String>::new());
}

#[test]
fn a_damaged_folder_is_replaced_by_a_good_pack() {
    let work = tempdir().unwrap();
    let Built { packed, manifest } = built();
    unpack(&packed, work.path()).unwrap();
    fs::write(work.path().join(&manifest.name).join("meta.json"), "{").unwrap();
    assert!(Edition::open(&work.path().join(&manifest.name)).is_err());
    assert_eq!(unpack(&packed, work.path()).unwrap().find(&query("boot")).unwrap().len(), 1);
}

#[test]
fn only_plain_names_are_places() {
    let work = Path::new("work");
    assert_eq!(place(work, "0a1b").unwrap(), work.join("0a1b"));
    for name in ["", "..", "a/b", "/etc", "a.b", "ü", &"a".repeat(65)] {
        assert_eq!(place(work, name).unwrap_err().kind, ErrorKind::Unavailable, "{name:?}");
    }
}

#[test]
fn another_format_is_not_opened() {
    let work = tempdir().unwrap();
    let Built { packed, manifest } = built();
    unpack(&packed, work.path()).unwrap();
    let folder = work.path().join(&manifest.name);
    let other = Manifest { format: "edition 0".into(), ..manifest };
    fs::write(folder.join(MANIFEST), serde_json::to_vec(&other).unwrap()).unwrap();
    assert_eq!(Edition::open(&folder).err().unwrap().kind, ErrorKind::Unavailable);
}
