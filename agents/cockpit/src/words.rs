//! A text as clauses of words, and phrases found in them.

/// One part of a sentence: words in small letters.
pub(crate) type Clause = Vec<String>;

/// The sentences of a text, each as its words and commas.
pub(crate) fn sentences(text: &str) -> Vec<Clause> {
    let mut found = vec![Clause::new()];
    let text = text.to_lowercase().replace(['’', '‘'], "'");
    let mut word = String::new();
    let characters: Vec<char> = text.chars().collect();
    for (at, &c) in characters.iter().enumerate() {
        let next = characters.get(at + 1).copied();
        let inside = |c: char| c.is_alphanumeric();
        // A point between digits, and `-`, `/`, `'` between letters belong to the word; `1,5` is not English.
        let joins = matches!(c, '\'' | '-' | '/' | '.' | ':')
            && !word.is_empty()
            && next.is_some_and(|next| if matches!(c, '.' | ':') { next.is_ascii_digit() } else { inside(next) })
            && (!matches!(c, '.' | ':') || word.ends_with(|c: char| c.is_ascii_digit()));
        if inside(c) || joins {
            // `21c`, `60km`: a number ends where letters begin.
            if c.is_alphabetic() && !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '.') {
                end(&mut word, &mut found);
            }
            word.push(c);
            continue;
        }
        end(&mut word, &mut found);
        match c {
            '.' | '!' | '?' | '\n' | ';' => found.push(Clause::new()),
            ',' | ':' => push(",", &mut found),
            '%' => push("percent", &mut found),
            '°' => push("degrees", &mut found),
            _ => {}
        }
    }
    end(&mut word, &mut found);
    found.retain(|sentence| sentence.iter().any(|word| word != ","));
    found
}

fn end(word: &mut String, found: &mut [Clause]) {
    if !word.is_empty() {
        push(&std::mem::take(word), found);
    }
}

fn push(word: &str, found: &mut [Clause]) {
    if let Some(last) = found.last_mut() {
        last.push(word.to_owned());
    }
}

/// The clauses of a sentence, which commas and these words divide.
pub(crate) fn clauses(sentence: &Clause, splits: &[String]) -> Vec<Clause> {
    let divides = |word: &String| word == "," || splits.contains(word);
    sentence.split(divides).filter(|clause| !clause.is_empty()).map(<[String]>::to_vec).collect()
}

/// Where a phrase stands among the words: first word and how many.
pub(crate) fn find(words: &[String], phrase: &str) -> Option<(usize, usize)> {
    let wanted: Vec<&str> = phrase.split_whitespace().collect();
    if wanted.is_empty() {
        return None;
    }
    let at = words.windows(wanted.len()).position(|window| window.iter().zip(&wanted).all(|(a, b)| a == b))?;
    Some((at, wanted.len()))
}

/// Whether one of the phrases stands among the words.
pub(crate) fn has(words: &[String], phrases: &[String]) -> bool {
    phrases.iter().any(|phrase| find(words, phrase).is_some())
}

/// Whether the words begin with one of the phrases, after words of politeness.
pub(crate) fn begins(words: &[String], phrases: &[String]) -> bool {
    phrases.iter().any(|phrase| find(words, phrase).is_some_and(|(at, _)| at == 0))
}

/// The longest of the phrases that stands among the words; of equally long ones the first in the text.
pub(crate) fn longest<'a, T>(
    words: &[String],
    phrases: impl Iterator<Item = (T, &'a String)>,
) -> Option<(T, usize, usize)> {
    let found = phrases.filter_map(|(tag, phrase)| find(words, phrase).map(|(at, long)| (tag, at, long)));
    found.min_by_key(|(_, at, long)| (std::cmp::Reverse(*long), *at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_point_and_lose_their_unit() {
        let words = |text: &str| sentences(text).into_iter().map(|words| words.join(" ")).collect::<Vec<_>>();
        assert_eq!(
            words("Set it to 21.5°C, please. The driver’s A/C at 60%!"),
            ["set it to 21.5 degrees c , please", "the driver's a/c at 60 percent"]
        );
        assert_eq!(words("22c"), ["22 c"]);
        assert!(words("… ?!").is_empty());
    }

    #[test]
    fn the_longest_phrase_wins_then_the_first() {
        let words: Clause = "turn on the seat heating".split(' ').map(String::from).collect();
        let phrases: Vec<String> = ["heating", "seat heating", "seat"].map(String::from).into();
        let found = longest(&words, phrases.iter().enumerate());
        assert_eq!(found, Some((1, 3, 2)));
    }
}
