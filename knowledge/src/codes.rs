//! Diagnostic trouble codes: finds their names in a text, and their entries in a catalogue of one code a line.

use std::cmp::Ordering;
use std::fs;
use std::path::Path;

use contract::finding::{Applicability, DocumentKind, Passage};
use tantivy::directory::{Directory, OwnedBytes};

use crate::index::StillDirectory;
use crate::read::Problem;

mod entry;

/// Name of the catalogue's file. The folder that holds it is read as a catalogue, not as documents.
pub const FILE: &str = "codes.tsv";

/// Id of the document that the entries belong to.
pub const DOCUMENT: &str = "trouble-codes";

const TITLE: &str = "Diagnostic trouble codes";

const COLUMNS: &str = "code\tcategory\ttitle\tdescription\tsymptoms\tcauses\tdifficulty\tdiy\tcost_eur_min\tcost_eur_max\t\
                       hours_min\thours_max\tmil\temissions\tlimp_mode\trelated";

/// The catalogue: its whole text, sorted by code. Lookup is a binary search over the lines, so that opening
/// costs no more than reading the file, and nothing at all where the file is mapped.
#[derive(Default)]
pub struct Codes {
    lines: Lines,
}

impl std::fmt::Debug for Codes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Codes({} bytes)", self.bytes().len())
    }
}

/// The lines without the first, which names the columns.
enum Lines {
    Read(String),
    Mapped(OwnedBytes),
}

impl Default for Lines {
    fn default() -> Self {
        Self::Read(String::new())
    }
}

impl Codes {
    /// Reads the catalogue `file`.
    ///
    /// # Errors
    /// A problem with the line that is not as it should be.
    pub fn open(file: &Path) -> Result<Self, Problem> {
        let text = fs::read_to_string(file).map_err(|error| Problem::new(file, format!("cannot be read: {error}")))?;
        Self::parse(text).map_err(|problem| problem.in_file(file))
    }

    /// The lines of a catalogue that was read before and written by [`Codes::keep`]. They are mapped and not looked
    /// through: of a damaged file some codes are not found.
    ///
    /// # Errors
    /// When there is no such file in the folder.
    pub(crate) fn map(directory: &StillDirectory) -> std::io::Result<Self> {
        let file = directory.open_read(Path::new(FILE)).map_err(std::io::Error::other)?;
        Ok(Self { lines: Lines::Mapped(file.read_bytes()?) })
    }

    /// Writes the lines into `folder`, for [`Codes::map`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn keep(&self, folder: &Path) -> std::io::Result<()> {
        fs::write(folder.join(FILE), self.bytes())
    }

    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.bytes().split_inclusive(|&byte| byte == b'\n').count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    /// The entry of `code`, such as `P0301`, as a passage of plain sentences. `None` for a code that is not in the
    /// catalogue: nothing is made up.
    pub fn passage(&self, code: &str) -> Option<Passage> {
        let line = self.line(code)?;
        Some(Passage {
            document: DOCUMENT.into(),
            section: code.into(),
            title: TITLE.into(),
            kind: DocumentKind::Dtc,
            text: entry::sentences(line).join(" "),
            score: 0.0,
            applies: Applicability { language: "en".into(), ..Applicability::default() },
        })
    }

    fn parse(mut text: String) -> Result<Self, Problem> {
        let header = text.lines().next().unwrap_or_default();
        if header != COLUMNS {
            let hint = "the first line names the columns, parted by tabs; make the file with export.py";
            return Err(Problem::text("not a catalogue of trouble codes").line(1).hint(hint));
        }
        text.drain(..text.find('\n').map_or(text.len(), |end| end + 1));
        let mut before = "";
        for (number, line) in (2..).zip(text.lines()) {
            let code = line.split('\t').next().unwrap_or_default();
            if code <= before || line.matches('\t').count() != COLUMNS.matches('\t').count() {
                let hint = "one code a line, sorted, with as many cells as the first line";
                return Err(Problem::text("wrong order or number of cells").line(number).hint(hint));
            }
            before = code;
        }
        Ok(Self { lines: Lines::Read(text) })
    }

    fn bytes(&self) -> &[u8] {
        match &self.lines {
            Lines::Read(text) => text.as_bytes(),
            Lines::Mapped(bytes) => bytes,
        }
    }

    fn line(&self, code: &str) -> Option<&str> {
        let bytes = self.bytes();
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let (start, end) = line_around(bytes, low.midpoint(high))?;
            let line = std::str::from_utf8(bytes.get(start..end)?).ok()?;
            match line.split('\t').next()?.cmp(code) {
                Ordering::Equal => return Some(line),
                Ordering::Less => low = end + 1,
                Ordering::Greater => high = start,
            }
        }
        None
    }
}

/// The bounds of the line that the byte `at` is in.
fn line_around(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let start = bytes.get(..at)?.iter().rposition(|&byte| byte == b'\n').map_or(0, |before| before + 1);
    let end = bytes.get(at..)?.iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |after| at + after);
    Some((start, end))
}

/// The trouble codes that `text` names, in order, each once: `P0301`, `p 0301`, `PO301` (letter O), `P0301-11`.
///
/// SAE J2012: a letter for the system, a digit from 0 to 3, three hexadecimal digits.
pub fn named_in(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let spaced = words.get(at + 1).filter(|next| is_spaced_code(word, next)).map(|next| format!("{word}{next}"));
        let code = spaced.as_deref().map_or_else(|| code(word), code);
        found.extend(code.filter(|code| !found.contains(code)));
    }
    found
}

/// `word` as a code, if it looks like one.
fn code(word: &str) -> Option<String> {
    let mut letters = word.to_ascii_uppercase();
    // P and letter O: read off a display, meant is a zero. Only with a digit behind it, or `coded` would be a code.
    if letters.as_bytes().get(1) == Some(&b'O') && word.contains(|c: char| c.is_ascii_digit()) {
        letters.replace_range(1..2, "0");
    }
    match letters.as_bytes() {
        [b'P' | b'C' | b'B' | b'U', b'0'..=b'3', rest @ ..]
            if rest.len() == 3 && rest.iter().all(u8::is_ascii_hexdigit) =>
        {
            Some(letters)
        }
        _ => None,
    }
}

/// `P 0301`: a letter alone, then four digits. `U 2024` may be a year, so only `P` may stand before what looks like one.
fn is_spaced_code(letter: &str, digits: &str) -> bool {
    let year = digits.starts_with("19") || digits.starts_with("20");
    letter.len() == 1
        && digits.len() == 4
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (!year || letter.eq_ignore_ascii_case("p"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_codes_however_they_are_written() {
        for (text, codes) in [
            ("What does P0301 mean?", vec!["P0301"]),
            ("p0301?", vec!["P0301"]),
            ("p 0301, and (U0100)", vec!["P0301", "U0100"]),
            ("P-0420 P0420", vec!["P0420"]),
            ("po171 and P0A0F-11", vec!["P0171", "P0A0F"]),
            ("do u 2024 lumens exist, plan b 2025", vec![]),
            ("P9999 P03011 PIN 0301 coded boded B4 c3", vec![]),
            ("b0fab", vec!["B0FAB"]),
            ("pünktlich P030ß 💥", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(named_in(text), codes, "{text:?}");
        }
    }

    fn line(code: &str) -> String {
        format!("{code}\tbody\tTitle\tText.\t\t\thard\t0\t1\t2\t1\t2\t0\t\t\t\n")
    }

    #[test]
    fn finds_every_line_and_nothing_else() {
        let names = ["B0001", "P0001", "P0002", "P0301", "U3000"];
        let text: String = std::iter::once(format!("{COLUMNS}\n")).chain(names.map(line)).collect();
        let codes = Codes::parse(text).unwrap();
        assert_eq!(codes.len(), 5);
        for name in names {
            assert_eq!(codes.passage(name).unwrap().section, name);
        }
        for unknown in ["A0000", "P0003", "P030", "P03011", "U4000", ""] {
            assert_eq!(codes.passage(unknown), None, "{unknown}");
        }
        assert_eq!(Codes::default().passage("P0301"), None);
    }

    #[test]
    fn a_bad_catalogue_says_which_line() {
        let head = format!("{COLUMNS}\n");
        for (text, number) in [
            (String::new(), 1),
            ("code\n".into(), 1),
            (format!("{head}{}{}", line("P0002"), line("P0001")), 3),
            (format!("{head}P0001\tbody\n"), 2),
        ] {
            assert_eq!(Codes::parse(text).unwrap_err().line, Some(number));
        }
    }
}
