//! Has a learner learn from turns, each once.

use std::collections::HashSet;

use contract::{ErrorKind, Result};

use crate::closed_turns::Closed;
use crate::learned::Learned;
use crate::learner::{Learner, Notes};

/// So often a lesson is made anew when another process was quicker, before it is given up for now.
const ATTEMPTS: usize = 5;

/// Has `learner` learn from these turns, and keeps the lesson. Turns that it has learned from already are left out.
///
/// # Errors
/// `Unavailable` when the store cannot be reached, `Conflict` when others were quicker too often: nothing was kept, and the
/// same turns can be told again. `Internal` when the learner cannot read its own notes.
pub async fn study(store: &dyn Learned, learner: &dyn Learner, turns: &[Closed]) -> Result<usize> {
    let mut attempt = 1;
    loop {
        match once(store, learner, turns).await {
            Err(error) if error.kind == ErrorKind::Conflict && attempt < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}

async fn once(store: &dyn Learned, learner: &dyn Learner, turns: &[Closed]) -> Result<usize> {
    let mark = |closed: &Closed| format!("{}/{}", learner.card().name, closed.record.turn.id);
    let known = store.marked(&turns.iter().map(mark).collect::<Vec<_>>()).await?;
    let mut told: HashSet<String> = known.into_iter().collect();
    let new: Vec<&Closed> = turns.iter().filter(|closed| told.insert(mark(closed))).collect();
    if new.is_empty() {
        return Ok(0);
    }
    let mut needs: Vec<String> = new.iter().flat_map(|closed| learner.needs(closed)).collect();
    needs.sort();
    needs.dedup();
    let mut notes = Notes::of(store.notes(&needs).await?);
    for closed in &new {
        learner.learn(closed, &mut notes)?;
    }
    store.keep(&notes.lesson(new.iter().map(|closed| mark(closed)).collect())).await?;
    Ok(new.len())
}
