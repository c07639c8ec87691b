//! Does numbered pieces of work on a few threads and returns the results in order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does piece 0, 1, … of `pieces`, each on the thread that is free first. With one thread or piece none is started.
/// A panic of `work` is passed on.
pub(crate) fn in_parallel<T: Send>(threads: usize, pieces: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = threads.min(pieces);
    if threads < 2 {
        return (0..pieces).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&piece| piece < pieces);
    let serve = || std::iter::from_fn(take).map(|piece| (piece, work(piece))).collect::<Vec<_>>();
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(serve)).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
            .collect()
    });
    done.sort_by_key(|(piece, _)| *piece);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_each_piece_once() {
        for (threads, pieces) in [(0, 3), (1, 3), (2, 0), (2, 1), (2, 100), (7, 3)] {
            let found = in_parallel(threads, pieces, |piece| piece * piece);
            assert_eq!(found, (0..pieces).map(|piece| piece * piece).collect::<Vec<_>>(), "{threads} threads");
        }
    }
}
