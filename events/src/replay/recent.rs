//! What was used lately, and no more than fits: two halves, of which the older is forgotten whole.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;

/// The last so many values used, or twice as many.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    limit: usize,
}

impl<K: Hash + Eq + Copy, V: Default> Recent<K, V> {
    pub(super) fn new(limit: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), limit }
    }

    /// The value, if it is not forgotten.
    pub(super) fn get(&mut self, key: &K) -> Option<&mut V> {
        if let Some(value) = self.old.remove(key) {
            self.make_room();
            self.young.insert(*key, value);
        }
        self.young.get_mut(key)
    }

    /// The value, or a new one.
    pub(super) fn get_or_default(&mut self, key: K) -> &mut V {
        if self.get(&key).is_none() {
            self.make_room();
        }
        self.young.entry(key).or_default()
    }

    fn make_room(&mut self) {
        if self.young.len() >= self.limit {
            self.old = mem::take(&mut self.young);
        }
    }
}
