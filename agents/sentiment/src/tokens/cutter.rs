//! Walks through a message and cuts off one word, sign or mark after the other.

use super::{Reading, Token, Tokenizer};

/// Reads from left to right, once: each byte is looked at a bounded number of times.
pub(super) struct Cutter<'a> {
    tokenizer: &'a Tokenizer,
    text: &'a str,
    at: usize,
    reading: Reading,
    sentence: usize,
    clause: usize,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(tokenizer: &'a Tokenizer, text: &'a str) -> Self {
        Self { tokenizer, text, at: 0, reading: Reading::default(), sentence: 0, clause: 0 }
    }

    /// Cuts the whole message.
    pub(super) fn cut(mut self) -> Reading {
        while let Some(next) = self.rest().chars().next() {
            self.step(next);
        }
        self.reading.asked.resize(self.sentence + 1, false);
        self.reading
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn step(&mut self, next: char) {
        if !next.is_alphanumeric()
            && !next.is_whitespace()
            && let Some(length) = self.emoticon()
        {
            let word = self.text.get(self.at..self.at + length).unwrap_or("").to_owned();
            return self.push_sign(word, length);
        }
        if next == '@' || starts_address(self.rest()) {
            return self.skip_address(next);
        }
        if next.is_alphanumeric() {
            return self.cut_word();
        }
        if is_pictograph(next) {
            return self.push_sign(next.to_string(), next.len_utf8());
        }
        self.note_mark(next);
        self.at += next.len_utf8();
    }

    fn emoticon(&self) -> Option<usize> {
        let rest = self.rest();
        let stands_alone = |sign: &&String| {
            rest.strip_prefix(sign.as_str()).is_some_and(|after| {
                !(sign.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric))
            })
        };
        self.tokenizer.emoticons.iter().filter(stands_alone).map(String::len).max()
    }

    fn push_sign(&mut self, word: String, length: usize) {
        self.push(word, self.at, self.at + length, false, false);
        self.at += length;
    }

    /// Handles and links are names, not feelings.
    fn skip_address(&mut self, first: char) {
        let ends = |letter: char| {
            if first == '@' { !(letter.is_alphanumeric() || letter == '_') } else { letter.is_whitespace() }
        };
        let rest = self.rest();
        let from = first.len_utf8();
        let length = rest.get(from..).and_then(|tail| tail.find(ends)).map_or(rest.len(), |found| found + from);
        self.at += length;
    }

    fn cut_word(&mut self) {
        let rest = self.rest();
        let length = word_length(rest);
        let (start, end) = (self.at, self.at + length);
        let raw = rest.get(..length).unwrap_or("");
        self.at = end;
        let capitals =
            raw.chars().filter(|letter| letter.is_alphabetic()).count() > 1 && !raw.chars().any(char::is_lowercase);
        let (word, stretched) = relax(&raw.to_lowercase().replace(['’', 'ʼ'], "'"));
        self.take_apart(word, start, end, capitals, stretched);
    }

    fn take_apart(&mut self, word: String, start: usize, end: usize, capitals: bool, stretched: bool) {
        if let Some(parts) = self.tokenizer.contractions.get(&word) {
            for part in parts.split_whitespace() {
                self.push(part.to_owned(), start, end, capitals, stretched);
            }
            return;
        }
        let cut = if word.ends_with("n't") { word.len() - 3 } else { word.rfind('\'').unwrap_or(word.len()) };
        let (stem, ending) = word.split_at_checked(cut).unwrap_or((&word, ""));
        let joined = self.tokenizer.endings.get(ending).cloned();
        let whole = if joined.is_some() { stem } else { &word };
        self.push(whole.to_owned(), start, end, capitals, stretched);
        if let Some(joined) = joined {
            self.push(joined, start, end, capitals, stretched);
        }
    }

    fn push(&mut self, word: String, start: usize, end: usize, capitals: bool, stretched: bool) {
        let (sentence, clause) = (self.sentence, self.clause);
        self.reading.tokens.push(Token { word, start, end, sentence, clause, capitals, stretched });
    }

    fn note_mark(&mut self, mark: char) {
        let rest = self.rest();
        match mark {
            '!' => {
                self.reading.exclamations += 1;
                self.end_sentence();
            }
            '?' => {
                self.reading.questions += 1;
                self.reading.impatient |= rest.starts_with("??");
                self.end_question();
            }
            '.' if rest.starts_with("..") => self.end_clause(), // an ellipsis hesitates, it does not end
            '.' if self.text.get(..self.at).unwrap_or("").ends_with('.') => self.end_clause(),
            '.' | '\n' => self.end_sentence(),
            ',' | ';' | ':' | '(' | ')' | '…' | '—' | '–' => self.end_clause(),
            '-' if rest.starts_with("- ") || rest.starts_with("--") => self.end_clause(),
            _ => {}
        }
    }

    fn end_clause(&mut self) {
        if self.reading.tokens.last().is_some_and(|token| token.clause == self.clause) {
            self.clause += 1;
        }
    }

    fn end_sentence(&mut self) {
        self.end_clause();
        if self.reading.tokens.last().is_some_and(|token| token.sentence == self.sentence) {
            self.sentence += 1;
        }
    }

    fn end_question(&mut self) {
        self.end_sentence();
        let asked = self.sentence.saturating_sub(1);
        self.reading.asked.resize(self.sentence, false);
        if let Some(flag) = self.reading.asked.get_mut(asked) {
            *flag = true;
        }
    }
}

/// Letters and digits, apostrophes between letters, and points or commas between digits.
fn word_length(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((offset, letter)) = letters.next() {
        let after = letters.peek().map_or(' ', |(_, after)| *after);
        let joins = match letter {
            '\'' | '’' | 'ʼ' => before.is_alphabetic() && after.is_alphabetic(),
            '.' | ',' => before.is_ascii_digit() && after.is_ascii_digit(),
            _ => letter.is_alphanumeric(),
        };
        if !joins {
            return offset;
        }
        before = letter;
    }
    text.len()
}

/// Shortens held letters to two ("sooo" → "soo"); says whether there were any.
fn relax(word: &str) -> (String, bool) {
    let (mut relaxed, mut run, mut last) = (String::with_capacity(word.len()), 0, None);
    for letter in word.chars() {
        run = if last == Some(letter) && letter.is_alphabetic() { run + 1 } else { 1 };
        last = Some(letter);
        if run < 3 {
            relaxed.push(letter);
        }
    }
    let stretched = relaxed.len() < word.len();
    (relaxed, stretched)
}

fn starts_address(text: &str) -> bool {
    ["http://", "https://", "www."].iter().any(|scheme| text.starts_with(scheme))
}

fn is_pictograph(sign: char) -> bool {
    let skin_tone = ('\u{1F3FB}'..='\u{1F3FF}').contains(&sign);
    !skin_tone && (('\u{1F300}'..='\u{1FAFF}').contains(&sign) || ('\u{2600}'..='\u{27BF}').contains(&sign))
}
