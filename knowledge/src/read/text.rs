//! Plain text to headings and texts: a heading is guessed from how a line stands.

use super::outline::{Block, ended};

/// Longest line that is taken for a heading, in characters.
const LONGEST_HEADING: usize = 80;

/// The blocks of a plain text. Paragraphs are parted by empty lines.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    for paragraph in paragraphs(text) {
        match paragraph.as_slice() {
            [line, underline] if is_underline(underline) => {
                let level = if underline.starts_with('=') { 1 } else { 2 };
                found.push(Block::Heading { level, text: (*line).into() });
            }
            [line, rest @ ..] if is_heading(line) => {
                found.push(Block::Heading { level: depth(line), text: (*line).into() });
                found.extend(body(rest));
            }
            lines => found.extend(body(lines)),
        }
    }
    found
}

fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    let mut found = vec![Vec::new()];
    for line in text.lines().map(str::trim) {
        match found.last_mut() {
            Some(last) if !line.is_empty() => {
                if !is_page_number(line) {
                    last.push(line);
                }
            }
            _ => found.push(Vec::new()),
        }
    }
    found.retain(|paragraph| !paragraph.is_empty());
    found
}

/// The lines of a paragraph as texts: each bullet is one, and all other lines run on.
fn body(lines: &[&str]) -> Vec<Block> {
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        let bullet = line.strip_prefix(['-', '*', '•', '·', '–']).map(str::trim_start);
        match (bullet, texts.last_mut()) {
            (None, Some(text)) => run_on(text, line),
            (bullet, _) => texts.push(bullet.unwrap_or(line).to_owned()),
        }
    }
    texts.into_iter().map(|text| Block::Text(ended(&text))).collect()
}

/// Joins a line to the text before it; a word cut by a hyphen at the end of the line becomes whole.
fn run_on(text: &mut String, line: &str) {
    let cut = text.strip_suffix('-').filter(|head| head.ends_with(char::is_lowercase)).map(str::len);
    match cut {
        Some(length) if line.starts_with(char::is_lowercase) => text.truncate(length),
        _ => text.push(' '),
    }
    text.push_str(line);
}

/// A short line that does not end like a sentence, and is numbered, or in capitals, or begins with a capital and
/// holds no comma.
fn is_heading(line: &str) -> bool {
    let ends_open = !line.ends_with(['.', '!', ':', ';', ',']);
    let begins_high = line.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    ends_open && begins_high && letters > 2 && !line.contains(", ") && line.chars().count() <= LONGEST_HEADING
}

/// `3.2.1 Charging` is of level 3; a line without a number is of level 2, one in capitals of level 1.
fn depth(line: &str) -> u8 {
    let number = line.split_whitespace().next().unwrap_or_default();
    let parts = number.split('.').filter(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit())).count();
    let capitals = !line.contains(char::is_lowercase);
    match (number.starts_with(|c: char| c.is_ascii_digit()), capitals) {
        (true, _) => u8::try_from(parts.clamp(1, 6)).unwrap_or(6),
        (false, true) => 1,
        (false, false) => 2,
    }
}

fn is_underline(line: &str) -> bool {
    line.len() >= 3 && (line.chars().all(|c| c == '=') || line.chars().all(|c| c == '-'))
}

fn is_page_number(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ') && line.len() <= 7 && !is_underline(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_headings_and_joins_lines() {
        let text = "OWNER'S MANUAL\n\n3.1 Charging at home\nUse a wall-\nbox of 11 kW, then\nwait.\n\nTips\n----\n\n\
                    - Plug in\n- Wait\n\n12\n\nStop now.\n";
        let heading = |level, text: &str| Block::Heading { level, text: text.into() };
        let line = |text: &str| Block::Text(text.into());
        assert_eq!(
            blocks(text),
            [
                heading(1, "OWNER'S MANUAL"),
                heading(2, "3.1 Charging at home"),
                line("Use a wallbox of 11 kW, then wait."),
                heading(2, "Tips"),
                line("Plug in."),
                line("Wait."),
                line("Stop now.")
            ]
        );
    }

    #[test]
    fn prose_is_not_taken_for_headings() {
        for prose in ["the car stops here", "Stop the car.", "When it rains, stop", "12 34", &"Long ".repeat(30)] {
            assert!(blocks(prose).iter().all(|block| block.heading().is_none()), "{prose:?}");
        }
    }
}
