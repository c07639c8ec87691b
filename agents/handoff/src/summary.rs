//! The matter in a few sentences, made from the exchanges alone: what was asked, what was answered.

use contract::Exchange;

/// Longest quotation, in characters.
const LONGEST: usize = 220;
/// So many of the last exchanges are told besides the first.
const LAST: usize = 2;

/// What `who` asked before, what was answered, and what they say now.
pub(crate) fn of(who: &str, past: &[Exchange], now: &str) -> String {
    let mut told: Vec<String> = Vec::new();
    let left_out = past.len().saturating_sub(LAST + 1);
    for (number, exchange) in past.iter().enumerate() {
        match number {
            0 => told.push(format!("First {who} wrote “{}”. {}", quoted(&exchange.said), answered(&exchange.replied))),
            _ if number <= left_out => {}
            _ => told.push(format!("Then “{}”. {}", quoted(&exchange.said), answered(&exchange.replied))),
        }
    }
    if left_out > 0 {
        let messages = if left_out == 1 { "One more message".to_owned() } else { format!("{left_out} more messages") };
        told.insert(1, format!("{messages} followed."));
    }
    let verb = if past.is_empty() { format!("{who} writes") } else { "Now".to_owned() };
    told.push(format!("{verb}: “{}”.", quoted(now)));
    told.join(" ")
}

fn answered(reply: &str) -> String {
    match quoted(reply) {
        empty if empty.is_empty() => "The assistant left the answer to a person.".into(),
        reply => format!("The assistant answered “{reply}”."),
    }
}

/// The words on one line, without the markers of citations, cut between two words.
fn quoted(text: &str) -> String {
    let plain: Vec<&str> = text.split_whitespace().filter(|word| !is_marker(word)).collect();
    let plain = plain.join(" ").replace(['“', '”'], "\"");
    let plain = plain.trim_end_matches('.');
    if plain.chars().count() <= LONGEST {
        return plain.to_owned();
    }
    let cut: String = plain.chars().take(LONGEST).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole} …")
}

fn is_marker(word: &str) -> bool {
    let inner = word.strip_prefix('[').and_then(|rest| rest.trim_end_matches(['.', ',', ';']).strip_suffix(']'));
    inner.is_some_and(|inner| !inner.is_empty() && inner.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_asked_and_answered() {
        assert_eq!(of("The customer", &[], "A person,  please."), "The customer writes: “A person, please”.");
        let past =
            [Exchange::of("How do I pair my phone?", "Open Settings. [1] Choose Phone. [2]"), Exchange::of("No.", "")];
        assert_eq!(
            of("Ada", &past, "Get me a person"),
            "First Ada wrote “How do I pair my phone?”. The assistant answered “Open Settings. Choose Phone”. \
             Then “No”. The assistant left the answer to a person. Now: “Get me a person”."
        );
    }

    #[test]
    fn stays_short_however_much_was_said() {
        let past: Vec<Exchange> =
            (0..50).map(|n| Exchange::of(format!("question {n} {}", "ä ".repeat(3_000)), "b".repeat(9_000))).collect();
        let summary = of("Ada", &past, &"c ".repeat(2_000));
        assert!(summary.chars().count() < 2_000, "{}", summary.chars().count());
        for part in ["question 0 ", "47 more messages followed.", "question 48 ", "question 49 ", "Now: “c c"] {
            assert!(summary.contains(part), "{part}: {summary}");
        }
        assert!(!summary.contains("question 47 "));
    }
}
