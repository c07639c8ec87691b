//! Turns a text into the numbers of its words, word pairs, letter groups and word groups.

use crate::concepts::Concepts;

/// Letter groups of three and four, inside one word and its two borders, forgive typing errors and inflection.
const SHORTEST_GROUP: usize = 3;
const LONGEST_GROUP: usize = 4;
const WORD_START: char = '<';
const WORD_END: char = '>';

/// What each trouble code ("P0301", "U0100") becomes: which code it is matters to the library, not to the intent.
const TROUBLE_CODE: &str = "obdcode";

/// The hashed features of one text, in three views.
#[derive(Debug, Default)]
pub(crate) struct Features {
    /// Words, neighbouring words, words with one word between them, the first and the last word.
    pub(crate) words: Vec<u64>,
    /// Letter groups of every word.
    pub(crate) letters: Vec<u64>,
    /// The groups of words of one meaning that it mentions.
    pub(crate) concepts: Vec<u64>,
}

/// Reads the first `longest` characters of `text`, so that the work is bounded whatever arrives.
pub(crate) fn features(text: &str, longest: usize, concepts: &Concepts) -> Features {
    let words = words(text, longest);
    let mut found = Features { concepts: concepts.mentioned(&words), ..Features::default() };
    add_words(&words, &mut found.words);
    for word in &words {
        add_letters(word, &mut found.letters);
    }
    found
}

fn add_words(words: &[String], found: &mut Vec<u64>) {
    let hashes: Vec<u64> = words.iter().map(|word| hash(word.chars())).collect();
    found.extend(&hashes);
    found.extend(hashes.windows(2).map(|pair| join("neighbours", pair[0], pair[1])));
    found.extend(hashes.windows(3).map(|triple| join("apart", triple[0], triple[2])));
    found.extend(hashes.first().map(|&word| join("first", word, 0)));
    found.extend(hashes.last().map(|&word| join("last", word, 0)));
}

fn add_letters(word: &str, found: &mut Vec<u64>) {
    let letters: Vec<char> = std::iter::once(WORD_START).chain(word.chars()).chain([WORD_END]).collect();
    for start in 0..letters.len() {
        let mut state = EMPTY;
        for (length, &letter) in (1..=LONGEST_GROUP).zip(&letters[start..]) {
            state = step(state, letter);
            if length >= SHORTEST_GROUP {
                found.push(spread(state));
            }
        }
    }
}

/// Lower-case words without punctuation; "don't" is "dont", digits become zeros so that "215/55" and "225/45" look alike.
pub(crate) fn words(text: &str, longest: usize) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in text.chars().take(longest).flat_map(char::to_lowercase) {
        if is_apostrophe(letter) {
            continue;
        }
        match words.last_mut() {
            Some(word) if letter.is_alphanumeric() => word.push(letter),
            Some(word) if word.is_empty() => {}
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words.iter().map(|word| shape(word)).collect()
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}' | '\u{2018}' | '`' | '\u{b4}')
}

fn shape(word: &str) -> String {
    if is_trouble_code(word) {
        return TROUBLE_CODE.to_owned();
    }
    word.chars().map(|letter| if letter.is_numeric() { '0' } else { letter }).collect()
}

/// SAE J2012 / ISO 15031-6: a system letter, a digit 0 to 3, three hexadecimal digits.
fn is_trouble_code(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() == 5
        && matches!(bytes[0], b'p' | b'b' | b'c' | b'u')
        && matches!(bytes[1], b'0'..=b'3')
        && bytes[2..].iter().all(u8::is_ascii_hexdigit)
}

const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

/// One step of FNV-1a (Fowler, Noll, Vo), over characters instead of bytes.
fn step(state: u64, letter: char) -> u64 {
    (state ^ u64::from(letter)).wrapping_mul(0x0100_0000_01b3)
}

/// The finisher of SplitMix64 (Steele, Lea, Flood 2014): spreads close numbers over the whole range.
pub(crate) fn spread(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

pub(crate) fn hash(letters: impl Iterator<Item = char>) -> u64 {
    spread(letters.fold(EMPTY, step).wrapping_add(1))
}

pub(crate) fn join(kind: &str, left: u64, right: u64) -> u64 {
    spread(hash(kind.chars()) ^ left.wrapping_mul(3) ^ right.wrapping_mul(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_case_without_punctuation_and_with_shapes_for_digits() {
        let cases = [
            ("Don't SHOUT!", vec!["dont", "shout"]),
            ("215/55 R18", vec!["000", "00", "r00"]),
            ("code P0301, please", vec!["code", TROUBLE_CODE, "please"]),
            ("p0401x is no code", vec!["p0000x", "is", "no", "code"]),
            ("Straße\u{2014}ГОРОД 充电", vec!["straße", "город", "充电"]),
            (" \t\u{1f697} … ", vec![]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text, 100), expected, "{text}");
        }
    }

    #[test]
    fn only_the_first_characters_are_read() {
        let long = "é".repeat(1_000_000);
        assert_eq!(
            features(&long, 10, &Concepts::default()).words.len(),
            3,
            "one word, which is also the first and the last"
        );
        assert_eq!(words("tyre pressure", 4), ["tyre"]);
    }

    #[test]
    fn a_word_and_its_letter_group_and_its_place_are_different_features() {
        let found = features("ab", 10, &Concepts::default());
        let mut all = [found.words, found.letters].concat();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn word_order_counts() {
        let forth: Vec<u64> = features("key in car", 100, &Concepts::default()).words;
        let back: Vec<u64> = features("car in key", 100, &Concepts::default()).words;
        assert_eq!(forth[..3].iter().max(), back[..3].iter().max(), "the same words");
        assert_ne!(forth[3..], back[3..], "in another order");
    }
}
