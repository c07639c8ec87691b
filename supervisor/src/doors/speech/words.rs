//! Turns what is written into what is said: units, signs, abbreviations, codes and numbers that are dialled.

use super::table::table;

/// A piece of what is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Words, with their spaces and punctuation.
    Words(String),
    /// Letters and digits that are said one by one.
    Spelled(String),
}

/// Digits from which a number without a unit is said digit by digit.
const LONG_NUMBER: usize = 5;

/// Marks that may stand before a word and behind it.
const OPENING: &[char] = &['(', '[', '{', '"', '\'', '“', '‘'];
const CLOSING: &[char] = &[')', ']', '}', '"', '\'', '”', '’', ',', ';', ':', '!', '?', '.'];

/// What is said for a sentence; nothing when there is nothing to say.
pub(super) fn pieces(sentence: &str) -> Vec<Piece> {
    let words = split(sentence);
    let mut said = Said::default();
    let mut rest = words.as_slice();
    while !rest.is_empty() {
        rest = &rest[said.word(rest)..];
    }
    said.finish()
}

/// The pieces as plain text: what is spelled has a space between its letters.
pub(super) fn plain(pieces: &[Piece]) -> String {
    let spaced = |word: &String| word.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let text: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Spelled(word) => spaced(word),
        })
        .collect();
    if ends(pieces) { text } else { text + "." }
}

/// Whether the last piece ends a sentence, so that the voice falls.
pub(super) fn ends(pieces: &[Piece]) -> bool {
    let Some(Piece::Words(last)) = pieces.last() else { return false };
    last.trim_end_matches(['"', '\'', ')', '”', '’']).ends_with(['.', '!', '?', ':', ',', ';'])
}

/// A word of the text: an address, or what its signs leave of it.
struct Word(String);

impl Word {
    /// The word without the marks around it.
    fn core(&self) -> &str {
        self.0.trim_start_matches(OPENING).trim_end_matches(CLOSING)
    }

    fn opening(&self) -> &str {
        &self.0[..self.0.len() - self.0.trim_start_matches(OPENING).len()]
    }

    fn closing(&self) -> &str {
        let inside = self.0.trim_start_matches(OPENING);
        &inside[inside.trim_end_matches(CLOSING).len()..]
    }
}

/// The words of a sentence, signs said in words and what nobody can say taken out.
fn split(sentence: &str) -> Vec<Word> {
    let visible: String = sentence.chars().map(|c| if is_sayable(c) { c } else { ' ' }).collect();
    let mut words = Vec::new();
    for word in visible.split_whitespace() {
        if address(word).is_some() {
            words.push(Word(word.to_owned()));
        } else {
            words.extend(without_signs(word).split_whitespace().map(|part| Word(part.to_owned())));
        }
    }
    words
}

/// What XML may hold and a voice can say: no control characters, no non-characters, no pictures.
fn is_sayable(c: char) -> bool {
    let picture = matches!(c, '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{200d}' | '\u{1f000}'..='\u{1faff}');
    !c.is_control() && !picture && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// The word with its signs said: `10–80` is `10 to 80`, `on/off` is `on or off`.
fn without_signs(word: &str) -> String {
    let table = table();
    let bare = word.trim_start_matches(OPENING).trim_end_matches(CLOSING);
    let keeps_its_slash = |bare: &str| table.units.contains_key(bare) || table.abbreviations.contains_key(bare);
    let characters: Vec<char> = word.chars().collect();
    let mut said = String::with_capacity(word.len());
    for (at, &c) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after = characters.get(at + 1);
        let between = |test: fn(&char) -> bool| before.is_some_and(test) && after.is_some_and(test);
        match c {
            '\u{2212}' => said.push('-'),
            '–' | '-' if between(char::is_ascii_digit) && is_range(word, c) => said.push_str(" to "),
            '–' => said.push_str(" , "),
            '/' if between(|c| c.is_alphabetic())
                && !keeps_its_slash(bare)
                && !keeps_its_slash(&bare.to_lowercase()) =>
            {
                said.push_str(" or ");
            }
            _ => match table.signs.get(&c) {
                Some(words) => said.push_str(&format!(" {words} ")),
                None => said.push(c),
            },
        }
    }
    said
}

/// Whether the dash in `word` stands between two numbers, not in a date or a part number.
fn is_range(word: &str, dash: char) -> bool {
    word.matches(dash).count() == 1 && !word.chars().any(char::is_alphabetic)
}

/// What is said instead of an address of the web or of mail.
fn address(word: &str) -> Option<&'static str> {
    let core = word.trim_start_matches(OPENING).trim_start_matches('<');
    let begins = |start: &str| core.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    if ["http://", "https://", "www."].into_iter().any(begins) {
        return Some(&table().mentioned.web);
    }
    let (name, host) = core.split_once('@')?;
    (!name.is_empty() && host.contains('.')).then_some(&table().mentioned.mail)
}

/// A number with its unit in words, and whether the unit was the word behind it.
fn quantity(core: &str, next: Option<&str>) -> Option<(String, bool)> {
    let units = &table().units;
    let (sign, unsigned) = core.strip_prefix('-').map_or(("", core), |unsigned| ("minus ", unsigned));
    let count = |number: &str, (one, many): &(String, String)| {
        format!("{sign}{number} {}", if number == "1" { one } else { many })
    };
    let mut characters = unsigned.chars();
    if let Some(currency) = characters.next().and_then(|first| table().currencies.get(&first)) {
        let number = characters.as_str();
        return is_number(number).then(|| (count(number, currency), false));
    }
    let digits = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(unsigned.len());
    let (number, glued) = unsigned.split_at(digits);
    if !is_number(number) {
        return None;
    }
    match (glued, next.and_then(|next| units.get(next))) {
        ("", Some(unit)) => Some((count(number, unit), true)),
        ("", None) => (!sign.is_empty()).then(|| (format!("{sign}{number}"), false)),
        (glued, _) => units.get(glued).map(|unit| (count(number, unit), false)),
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(|c: char| c.is_ascii_digit())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a word is said letter by letter: emergency numbers, trouble codes, vehicle identification numbers, long numbers.
fn is_spelled(word: &str) -> bool {
    let bytes = word.as_bytes();
    // SAE J2012: the system, a digit from 0 to 3, three hexadecimal digits.
    let trouble_code = matches!(bytes, [system, b'0'..=b'3', rest @ ..]
        if b"PBCU".contains(&system.to_ascii_uppercase()) && rest.len() == 3 && rest.iter().all(u8::is_ascii_hexdigit));
    // ISO 3779: 17 letters and digits without I, O and Q.
    let identification_number = bytes.len() == 17
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() && !b"IOQ".contains(&byte.to_ascii_uppercase()))
        && bytes.iter().any(u8::is_ascii_digit);
    let long_number = bytes.len() >= LONG_NUMBER && is_digits(word);
    trouble_code || identification_number || long_number || table().spells(word)
}

/// What is said so far.
#[derive(Default)]
struct Said {
    pieces: Vec<Piece>,
    /// The last word was a part of a number that is dialled.
    dialling: bool,
}

impl Said {
    /// Says the first of `words`, and the second with it when that is its unit. Returns how many words that were.
    fn word(&mut self, words: &[Word]) -> usize {
        let Some(word) = words.first() else { return 0 };
        let (core, closing) = (word.core(), word.closing());
        let was_dialling = std::mem::take(&mut self.dialling);
        if core.is_empty() {
            self.mark(&word.0);
            return 1;
        }
        self.gap();
        self.say(word.opening());
        let next = words.get(1).filter(|next| closing.is_empty() && next.opening().is_empty());
        if let Some(mention) = address(&word.0) {
            self.say(mention);
        } else if let Some(long) = abbreviation(&word.0) {
            self.say(long);
            let goes_on = words.len() > 1;
            self.say(if goes_on { closing.trim_start_matches('.') } else { closing });
            return 1;
        } else if let Some(number) = core.strip_prefix('+').filter(|number| is_digits(number)) {
            self.dialling = true;
            self.say("plus ");
            self.spell(number);
        } else if was_dialling && is_digits(core) {
            self.dialling = true;
            self.spell(core);
        } else if let Some((quantity, takes_next)) = quantity(core, next.map(Word::core)) {
            self.say(&quantity);
            if let Some(unit) = next.filter(|_| takes_next) {
                // Within a sentence a full stop behind a unit only shortens it: `20 min. at 11 kW`.
                let shortened = unit.closing() == "." && words.len() > 2;
                self.say(if shortened { "" } else { unit.closing() });
                return 2;
            }
        } else if is_spelled(core) {
            self.spell(&core.to_uppercase());
        } else {
            self.say(table().unit_alone(core).unwrap_or(core));
        }
        self.say(closing);
        1
    }

    fn say(&mut self, words: &str) {
        match self.pieces.last_mut() {
            _ if words.is_empty() => {}
            Some(Piece::Words(last)) => last.push_str(words),
            _ => self.pieces.push(Piece::Words(words.to_owned())),
        }
    }

    fn spell(&mut self, word: &str) {
        self.pieces.push(Piece::Spelled(word.to_owned()));
    }

    fn gap(&mut self) {
        if !self.pieces.is_empty() {
            self.say(" ");
        }
    }

    /// A mark that stands alone belongs to the word before it; one without a word before it is not said.
    fn mark(&mut self, mark: &str) {
        if !self.pieces.is_empty() && !mark.starts_with(OPENING) {
            self.say(mark);
        }
    }

    /// All that is said, if there is a word in it.
    fn finish(self) -> Vec<Piece> {
        let speaks = |piece: &Piece| match piece {
            Piece::Words(words) | Piece::Spelled(words) => words.chars().any(char::is_alphanumeric),
        };
        if self.pieces.iter().any(speaks) { self.pieces } else { Vec::new() }
    }
}

/// What an abbreviation stands for.
fn abbreviation(word: &str) -> Option<&'static str> {
    let bare = word.trim_start_matches(OPENING).trim_end_matches([')', ',', ';', ':', '!', '?']);
    table().abbreviations.get(&bare.to_lowercase()).map(String::as_str)
}
