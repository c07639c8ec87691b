//! Chooses what of the evidence a model reads: what it must know, and no more than that.

use contract::finding::DocumentKind;
use contract::record::Citation;

/// At most so many facts of the house, most useful first: who has many cars and a long past is not retold whole.
const MOST_FACTS: usize = 8;

/// At most so many bytes of passages, about 900 tokens of English.
const MOST_BYTES: usize = 3_600;

/// A passage that is so much less relevant than the best one is left out.
const LEAST_SHARE: f32 = 0.5;

/// The facts and the passages that a model reads, in their order.
///
/// The best passage is always in, and so is the entry of a trouble code, which is looked up exactly. Others are left out where
/// they say what one before them says for the same cars, where they hardly bear on the question, and where there is no room.
pub(crate) fn chosen(evidence: Vec<Citation>) -> Vec<Citation> {
    let mut kept: Vec<Citation> = Vec::with_capacity(evidence.len());
    let (mut facts, mut bytes, mut best) = (0, 0, None);
    for found in evidence {
        let fits = match found.kind {
            DocumentKind::Record => facts < MOST_FACTS,
            DocumentKind::Dtc => true,
            _ => {
                let best: f32 = *best.get_or_insert(found.score);
                let first = bytes == 0;
                first || found.score >= best * LEAST_SHARE && bytes + size(&found) <= MOST_BYTES
            }
        };
        if !fits || kept.iter().any(|earlier| says_the_same(earlier, &found)) {
            continue;
        }
        match found.kind {
            DocumentKind::Record => facts += 1,
            _ => bytes += size(&found),
        }
        kept.push(found);
    }
    kept
}

fn size(found: &Citation) -> usize {
    found.title.len() + found.section.len() + found.text.len()
}

fn says_the_same(earlier: &Citation, later: &Citation) -> bool {
    earlier.text == later.text && earlier.applies == later.applies
}

#[cfg(test)]
mod tests {
    use contract::finding::{Applicability, Fact};

    use super::*;

    fn fact(text: &str) -> Citation {
        Citation::from(&Fact { text: text.into(), source: "Your profile".into() })
    }

    fn passage(kind: DocumentKind, text: &str, score: f32) -> Citation {
        Citation { kind, score, title: String::new(), applies: Applicability::default(), ..fact(text) }
    }

    fn texts(evidence: Vec<Citation>) -> Vec<String> {
        chosen(evidence).into_iter().map(|found| found.text.chars().take(4).collect()).collect()
    }

    #[test]
    fn what_hardly_bears_on_the_question_is_left_out() {
        use DocumentKind::{Dtc, Faq, Manual};
        let evidence = vec![
            fact("car"),
            passage(Manual, "best", 10.0),
            passage(Faq, "next", 6.0),
            passage(Faq, "weak", 0.5),
            passage(Dtc, "code", 0.1),
        ];
        assert_eq!(texts(evidence), ["car", "best", "next", "code"]);
    }

    #[test]
    fn the_same_is_read_once_unless_it_holds_for_other_cars() {
        let mut other = passage(DocumentKind::Manual, "same", 9.0);
        other.applies.models = vec!["Corran".into()];
        let one = passage(DocumentKind::Manual, "same", 10.0);
        assert_eq!(chosen(vec![one.clone(), one.clone(), other]).len(), 2);
    }

    #[test]
    fn there_is_an_end_to_what_is_read_but_never_nothing() {
        let long = |at: u8, bytes| passage(DocumentKind::Manual, &char::from(at).to_string().repeat(bytes), 10.0);
        assert_eq!(texts(vec![long(b'a', 2_500), long(b'b', 2_000), long(b'c', 500)]), ["aaaa", "cccc"]);
        assert_eq!(texts(vec![long(b'a', 20_000), long(b'b', 10)]), ["aaaa"]);
        assert_eq!(chosen((0..20).map(|at| fact(&at.to_string())).collect()).len(), MOST_FACTS);
    }
}
