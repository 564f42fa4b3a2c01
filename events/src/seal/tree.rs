//! The hashes of a Merkle tree (RFC 6962, section 2.1).

use sha2::{Digest, Sha256};

/// A hash of the tree: of a leaf, or of all leaves below a node.
pub type Hash = [u8; 32];

/// The hash of a node over two others.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty() -> Hash {
    Sha256::digest([]).into()
}

/// The right edge of a tree: all that it takes to go on with it, and to tell its root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Of the complete subtrees that the size is made of, the largest first: one for each of its bits.
    roots: Vec<Hash>,
}

impl Frontier {
    /// A tree of that size, by the roots of its complete subtrees, the largest first. `None`
    /// when there are not as many as it has.
    #[must_use]
    pub fn new(size: u64, roots: Vec<Hash>) -> Option<Self> {
        (roots.len() == size.count_ones() as usize).then_some(Self { size, roots })
    }

    /// Its leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of its complete subtrees, the largest first.
    #[must_use]
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_telling(leaf, |_, _| {});
    }

    /// Adds a leaf, and tells of each subtree that it completes: the height, from 1, and the root.
    pub fn push_telling(&mut self, leaf: Hash, mut completed: impl FnMut(u32, &Hash)) {
        let mut hash = leaf;
        for height in 1..=self.size.trailing_ones() {
            // There is one for each bit that is set.
            let Some(left) = self.roots.pop() else { break };
            hash = node(&left, &hash);
            completed(height, &hash);
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The hash over all its leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(self.roots.iter().copied()).unwrap_or_else(empty)
    }
}

/// The hash over neighbouring subtrees, each smaller than the one before it.
pub(crate) fn fold(roots: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    roots.rev().reduce(|right, left| node(&left, &right))
}
