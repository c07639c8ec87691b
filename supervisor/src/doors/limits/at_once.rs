//! Counts what is under way at once, by key. A key is held only while something of it is.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many of each key are under way.
pub(in crate::doors) struct AtOnce<K>(Mutex<HashMap<K, u32>>);

impl<K> Default for AtOnce<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq + Clone> AtOnce<K> {
    /// Enters one more of `key` until the result is dropped. `None` when `most` are under way already.
    pub(in crate::doors) fn enter(self: &Arc<Self>, key: K, most: u32) -> Option<UnderWay<K>> {
        let mut counts = self.counts();
        let count = counts.get(&key).copied().unwrap_or_default();
        if count >= most {
            return None;
        }
        counts.insert(key.clone(), count + 1);
        Some(UnderWay { all: self.clone(), key })
    }

    fn leave(&self, key: &K) {
        let mut counts = self.counts();
        match counts.get_mut(key) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(counts.remove(key)),
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<K, u32>> {
        // Nothing panics while it is held; and if something did, the counts would still be right.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that is under way, until it is dropped.
pub(in crate::doors) struct UnderWay<K: Hash + Eq + Clone> {
    all: Arc<AtOnce<K>>,
    key: K,
}

impl<K: Hash + Eq + Clone> Drop for UnderWay<K> {
    fn drop(&mut self) {
        self.all.leave(&self.key);
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for UnderWay<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("UnderWay")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_count_and_leaves_nothing_behind() {
        let all = Arc::new(AtOnce::default());
        let held = [all.enter("a", 2).unwrap(), all.enter("a", 2).unwrap()];
        assert!(all.enter("a", 2).is_none());
        assert!(all.enter("b", 2).is_some(), "another key is not affected");
        drop(held);
        assert!(all.enter("a", 1).is_some());
        assert!(all.counts().is_empty());
    }
}
