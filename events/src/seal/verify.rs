//! Following a log from its first event, and telling what does not hold.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::checkpoint::Checkpoint;
use super::tree::{Frontier, Hash};
use crate::envelope::StoredEvent;

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A position is missing, or one came twice.
    #[error("after position {after} comes position {found}: events were removed, inserted or reordered")]
    Position {
        /// The last one in order.
        after: i64,
        /// The next one found.
        found: i64,
    },
    /// The bytes are not those whose leaf was stored.
    #[error("the event at position {0} was altered: its bytes are not those that its leaf was made of")]
    Altered(i64),
    /// An epoch came after a later one.
    #[error("the event at position {0} is of an earlier epoch than the one before it")]
    Epoch(i64),
    /// The events are not those that were signed.
    #[error(
        "the first {size} events are not those of the checkpoint of {size}; the first {held} are: \
         something was altered, removed or inserted from position {} to {size}", held + 1
    )]
    Root {
        /// The checkpoint's size.
        size: u64,
        /// The size of the last checkpoint that holds; 0 when none does.
        held: u64,
    },
    /// The log does not have the events that its head counts.
    #[error(
        "the log counts {said} events, and has them from position {first} to {last}: some were removed or inserted"
    )]
    Head {
        /// What it counts.
        said: i64,
        /// The first position there is; 0 when there is none.
        first: i64,
        /// The last one; 0 when there is none.
        last: i64,
    },
    /// The export has not as many events as it says.
    #[error("there are {found} events, and the export says {said}: some were removed or inserted")]
    Count {
        /// What it says.
        said: u64,
        /// What there is.
        found: u64,
    },
    /// The log is shorter than it was when it was signed.
    #[error(
        "the log ends at position {end}, and had {size} events when the checkpoint was signed: its end was cut off"
    )]
    Cut {
        /// The log's events.
        end: u64,
        /// The checkpoint's.
        size: u64,
    },
}

/// A log that is followed.
#[derive(Debug)]
pub struct Verification {
    log: Uuid,
    tree: Frontier,
    position: i64,
    epoch: i32,
    /// Checkpoints that are still ahead, by size.
    ahead: BTreeMap<u64, Vec<Checkpoint>>,
    /// The size of the last checkpoint that held.
    held: u64,
    /// Checkpoints that held.
    met: usize,
}

impl Verification {
    /// Of the log with that id, to be held against `checkpoints`. Whose they are is not judged here.
    #[must_use]
    pub fn new(log: Uuid, checkpoints: impl IntoIterator<Item = Checkpoint>) -> Self {
        let mut ahead = BTreeMap::<u64, Vec<_>>::new();
        for checkpoint in checkpoints.into_iter().filter(|checkpoint| checkpoint.size > 0) {
            ahead.entry(checkpoint.size).or_default().push(checkpoint);
        }
        Self { log, tree: Frontier::default(), position: 0, epoch: 0, ahead, held: 0, met: 0 }
    }

    /// Of the log with that id, onwards from a tree that was verified before.
    #[must_use]
    pub fn onwards(log: Uuid, tree: Frontier) -> Self {
        let position = tree.size().cast_signed();
        Self { tree, position, ..Self::new(log, []) }
    }

    /// Takes in the next event, and adds what does not hold to `flaws`.
    pub fn take(&mut self, event: &StoredEvent, flaws: &mut Vec<Flaw>) {
        self.take_telling(event, flaws, |_, _, _| {});
    }

    /// The same, and tells of each subtree that is complete now: height, place among those of that
    /// height, and root.
    pub fn take_telling(
        &mut self,
        event: &StoredEvent,
        flaws: &mut Vec<Flaw>,
        mut completed: impl FnMut(u32, u64, &Hash),
    ) {
        if event.position != self.position + 1 {
            flaws.push(Flaw::Position { after: self.position, found: event.position });
        }
        if event.epoch < self.epoch {
            flaws.push(Flaw::Epoch(event.position));
        }
        let leaf = event.envelope(self.log).leaf();
        if leaf != event.leaf {
            flaws.push(Flaw::Altered(event.position));
        }
        self.position = event.position;
        self.epoch = event.epoch;
        let index = self.tree.size();
        self.tree.push_telling(leaf, |height, root| completed(height, index >> height, root));
        self.meet(flaws);
    }

    /// Holds the tree against the checkpoints of its size.
    fn meet(&mut self, flaws: &mut Vec<Flaw>) {
        let size = self.tree.size();
        let Some(checkpoints) = self.ahead.remove(&size) else { return };
        let root = self.tree.root();
        if checkpoints.iter().all(|checkpoint| checkpoint.root == root) {
            self.met += checkpoints.len();
            // After a flaw nothing is as it was signed, whoever has signed it since.
            self.held = if flaws.is_empty() { size } else { self.held };
        } else {
            flaws.push(Flaw::Root { size, held: self.held });
        }
    }

    /// The tree so far.
    #[must_use]
    pub fn tree(&self) -> &Frontier {
        &self.tree
    }

    /// How many checkpoints held so far, and the size of the last one.
    #[must_use]
    pub fn held(&self) -> (usize, u64) {
        (self.met, self.held)
    }

    /// There are no more events: what is still ahead was cut off.
    #[must_use]
    pub fn end(&self) -> Vec<Flaw> {
        let end = self.tree.size();
        self.ahead.keys().map(|&size| Flaw::Cut { end, size }).collect()
    }
}
