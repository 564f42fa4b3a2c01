//! Comparing views that are too large to hold: by sums of hashes, many of them, so that where two
//! differ is known, too.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use super::fold::Step;
use super::views::ViewRow;

/// Sums: of a view of a million rows, each is over sixteen.
const BUCKETS: usize = 1 << 16;

/// Some of the rows.
pub type Bucket = usize;

/// What rows add up to, in whatever order they come. The hashes have a key that nobody knows
/// before: so nobody can make rows up that add up to others.
#[derive(Clone, Debug)]
pub struct Digest {
    key: RandomState,
    sums: Vec<u64>,
}

impl Default for Digest {
    fn default() -> Self {
        Self { key: RandomState::new(), sums: vec![0; BUCKETS] }
    }
}

impl Digest {
    /// One of no rows that can be compared with this one.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self { key: self.key.clone(), sums: vec![0; BUCKETS] }
    }

    /// Where a row is counted.
    #[must_use]
    pub fn bucket(&self, row: &ViewRow) -> Bucket {
        usize::try_from(self.key.hash_one(row.key()) % BUCKETS as u64).unwrap_or(0)
    }

    /// Counts a row.
    pub fn add(&mut self, row: &ViewRow) {
        let bucket = self.bucket(row);
        self.sums[bucket] = self.sums[bucket].wrapping_add(self.key.hash_one(row));
    }

    /// Counts what an event changed.
    pub fn take(&mut self, step: &Step) {
        for row in &step.before {
            let bucket = self.bucket(row);
            self.sums[bucket] = self.sums[bucket].wrapping_sub(self.key.hash_one(row));
        }
        step.after.iter().for_each(|row| self.add(row));
    }

    /// Where the two differ.
    #[must_use]
    pub fn differing(&self, other: &Self) -> Vec<Bucket> {
        (0..BUCKETS).filter(|&bucket| self.sums[bucket] != other.sums[bucket]).collect()
    }
}
