//! Tests of reading files and folders.

use std::fs;

use super::*;

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

#[test]
fn reads_what_the_front_matter_says() {
    let front = "---\ndocument: lumen\ntitle: Manual\nchapter: Tyres\nkind: policy\nmodels: [Lumen]\nyears: [2024]\n\
                 markets: [uk]\nlanguage: de\n---\n# Tyres\n\nText.\n";
    let folder = folder(&[("a.md", front.as_bytes())]);
    let document = read(folder.path(), &folder.path().join("a.md")).unwrap();
    assert_eq!((document.id.as_str(), document.chapter.as_deref()), ("lumen", Some("Tyres")));
    assert_eq!(document.kind, DocumentKind::Policy);
    assert_eq!((document.applies.years, document.applies.language), (vec![2024], "de".to_owned()));
    assert_eq!(document.body.children[0].sentences, ["Text."]);
}

#[test]
fn a_file_without_front_matter_is_named_by_its_path() {
    let folder = folder(&[("faq/Lost key.txt", b"Call us."), ("b.html", b"<title>Page</title><p>Text")]);
    let key = read(folder.path(), &folder.path().join("faq/Lost key.txt")).unwrap();
    assert_eq!((key.id.as_str(), key.title.as_str(), key.kind), ("faq-lost-key", "Lost key", DocumentKind::Faq));
    let page = read(folder.path(), &folder.path().join("b.html")).unwrap();
    assert_eq!((page.title.as_str(), page.kind), ("Page", DocumentKind::Manual));
}

#[test]
fn lists_documents_and_leaves_out_the_rest() {
    let folder = folder(&[
        ("b/c.md", b""),
        ("a.TXT", b""),
        ("README.md", b""),
        ("b/PROVENANCE.md", b""),
        ("picture.png", b""),
        (".hidden.md", b""),
        ("old.docx", b""),
        ("dtc/codes.tsv", b""),
        ("dtc/notes.md", b""),
    ]);
    let names: Vec<_> =
        files(folder.path()).unwrap().iter().map(|file| file.strip_prefix(folder.path()).unwrap().to_owned()).collect();
    assert_eq!(names, ["a.TXT", "b/c.md", "old.docx"].map(PathBuf::from));
}

#[test]
fn every_bad_file_is_a_problem_that_helps() {
    for (name, content, line) in [
        ("a.md", &b"---\nkind: novel\n---\nText"[..], Some(2)),
        ("b.md", b"one\ntwo\n\xff", Some(3)),
        ("c.md", b"# Only a heading\n", None),
        ("d.pdf", b"not a pdf", None),
        ("e.docx", b"PK", None),
    ] {
        let folder = folder(&[(name, content)]);
        let problem = read(folder.path(), &folder.path().join(name)).unwrap_err();
        assert_eq!(problem.line, line, "{problem}");
        assert!(problem.to_string().contains(name) && problem.hint.is_some(), "{problem}");
    }
    assert!(files(Path::new("/nowhere/at/all")).is_err());
}

#[test]
fn reads_the_text_of_a_pdf() {
    let folder = folder(&[("note.pdf", &small_pdf("Inflate the tyres to 2.5 bar."))]);
    let document = read(folder.path(), &folder.path().join("note.pdf")).unwrap();
    assert_eq!(document.body.sentences, ["Inflate the tyres to 2.5 bar."]);
}

/// The smallest PDF of one page with one line of text.
fn small_pdf(line: &str) -> Vec<u8> {
    let stream = format!("BT /F1 12 Tf 72 700 Td ({line}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>\nstream\n{stream}\nendstream", stream.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        offsets.push(pdf.len());
        pdf += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let table = pdf.len();
    pdf += "xref\n0 6\n0000000000 65535 f \n";
    pdf.extend(offsets.iter().map(|offset| format!("{offset:010} 00000 n \n")));
    pdf += &format!("trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n");
    pdf.into_bytes()
}
