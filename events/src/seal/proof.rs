//! That an event is in a tree, and that a tree is the beginning of another (RFC 6962, section 2.1;
//! verified as RFC 9162, sections 2.1.3 and 2.1.4, says).

use std::ops::Range;

use super::tree::{Hash, empty, node};

/// The stretches of leaves whose hashes prove that the leaf at `index` is in the tree of `size`,
/// in the order of the proof. `None` when there is no such leaf.
#[must_use]
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let (mut stretches, mut within) = (Vec::new(), 0..size);
    while within.end - within.start > 1 {
        let middle = within.start + split(within.end - within.start);
        if index < middle {
            stretches.push(middle..within.end);
            within.end = middle;
        } else {
            stretches.push(within.start..middle);
            within.start = middle;
        }
    }
    stretches.reverse();
    Some(stretches)
}

/// The stretches of leaves whose hashes prove that the tree of `old` leaves is the beginning of that of
/// `new`, in the order of the proof. `None` when the old one is empty or the larger one: nothing proves that.
#[must_use]
pub fn consistency(old: u64, new: u64) -> Option<Vec<Range<u64>>> {
    if old == 0 || old > new {
        return None;
    }
    let (mut stretches, mut within) = (Vec::new(), 0..new);
    // Until the old tree ends where a subtree does.
    while within.end != old {
        let middle = within.start + split(within.end - within.start);
        if old <= middle {
            stretches.push(middle..within.end);
            within.end = middle;
        } else {
            stretches.push(within.start..middle);
            within.start = middle;
        }
    }
    // The whole of the old tree is known to whoever asks.
    if within.start > 0 {
        stretches.push(within);
    }
    stretches.reverse();
    Some(stretches)
}

/// Whether `proof` shows that `leaf` is at `index` of the tree with that size and root.
#[must_use]
pub fn includes(root: &Hash, size: u64, index: u64, leaf: &Hash, proof: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for beside in proof {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = node(beside, &hash);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            hash = node(&hash, beside);
        }
        (at, last) = (at / 2, last / 2);
    }
    last == 0 && hash == *root
}

/// Whether `proof` shows that the old tree is the beginning of the new one; each is its size and root.
#[must_use]
pub fn continues(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> bool {
    if old.0 >= new.0 || old.0 == 0 {
        let same = old.0 == 0 && *old.1 == empty() || old.0 == new.0 && old.1 == new.1;
        return same && proof.is_empty();
    }
    let begins = old.0.is_power_of_two().then_some(*old.1);
    let mut hashes = begins.iter().chain(proof);
    let Some(first) = hashes.next() else { return false };
    let (mut at, mut last) = (old.0 - 1, new.0 - 1);
    while at % 2 == 1 {
        (at, last) = (at / 2, last / 2);
    }
    let (mut of_old, mut of_new) = (*first, *first);
    for beside in hashes {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            of_old = node(beside, &of_old);
            of_new = node(beside, &of_new);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            of_new = node(&of_new, beside);
        }
        (at, last) = (at / 2, last / 2);
    }
    last == 0 && of_old == *old.1 && of_new == *new.1
}

/// The complete subtrees that a stretch of leaves is made of, the largest first: each its height and
/// its place among those of that height. The stretch must be one that a proof asks for.
pub fn subtrees(stretch: &Range<u64>) -> impl Iterator<Item = (u32, u64)> + use<> {
    let Range { mut start, end } = *stretch;
    std::iter::from_fn(move || {
        let height = (end - start).checked_ilog2()?;
        let subtree = (height, start >> height);
        start += 1 << height;
        Some(subtree)
    })
}

/// Where a tree of more than one leaf is split: the largest power of two below its size.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}
