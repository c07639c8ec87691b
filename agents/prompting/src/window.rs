//! How much of the conversation a model is told, and whether a message only goes on with it.

use contract::Exchange;
use language::following::{answers, follows_up};

/// How much of the conversation so far a model reads: whole exchanges, the newest first, as long as they fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// At most so many exchanges.
    pub exchanges: usize,
    /// At most so many bytes of text; a token of English is about four.
    pub bytes: usize,
}

impl Window {
    /// The end of the history that fits, oldest first.
    ///
    /// The newest exchange is always in, however long: without it a message that goes on from it means nothing.
    pub fn of<'a>(&self, history: &'a [Exchange]) -> &'a [Exchange] {
        let mut left = self.bytes;
        let fits = |exchange: &&Exchange| {
            let size = exchange.said.len() + exchange.replied.len();
            let fits = size <= left;
            left = left.saturating_sub(size);
            fits
        };
        let fitting = history.iter().rev().take(self.exchanges).take_while(fits).count();
        let kept = fitting.max(history.len().min(self.exchanges).min(1));
        &history[history.len() - kept..]
    }
}

/// Whether a message plainly goes on with the conversation: it answers what was asked back ("yes", "the second one"), or is
/// short and leans on the last matter ("and the rear?"). What it is about was understood when that came up.
pub fn goes_on(text: &str, history: &[Exchange]) -> bool {
    !history.is_empty() && (answers(text) || follows_up(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(sizes: &[usize]) -> Vec<Exchange> {
        let exchange = |size: &usize| Exchange::of("s".repeat(*size), String::new());
        sizes.iter().map(exchange).collect()
    }

    #[test]
    fn the_newest_whole_exchanges_are_kept() {
        let window = Window { exchanges: 3, bytes: 100 };
        for (sizes, kept) in [
            (vec![], 0),
            (vec![10, 10], 2),
            (vec![1, 1, 1, 1], 3),
            (vec![10, 60, 40], 2),
            (vec![10, 61, 40], 1),
            // An older one does not slip in past one that is too long.
            (vec![10, 99, 40], 1),
            (vec![10, 500], 1),
        ] {
            let all = history(&sizes);
            assert_eq!(window.of(&all), &all[all.len() - kept..], "{sizes:?}");
        }
        assert_eq!(Window { exchanges: 0, bytes: 100 }.of(&history(&[1])).len(), 0);
    }

    #[test]
    fn only_a_conversation_can_go_on() {
        for text in ["Yes please", "the second one", "and the rear?"] {
            assert!(goes_on(text, &history(&[1])) && !goes_on(text, &[]), "{text}");
        }
        assert!(!goes_on("My car will not start.", &history(&[1])));
    }
}
