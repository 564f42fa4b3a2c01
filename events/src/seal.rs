//! The seal over the log: a Merkle tree of its events, whose root is signed now and then. Who
//! holds an earlier checkpoint can tell whether history was altered since.
//!
//! The leaf at index `position - 1` is the event's [leaf](crate::envelope::Envelope::leaf); the
//! tree is that of RFC 6962, a signed root is a checkpoint of C2SP, so that tools of others can
//! read and witness it. An epoch of the log is a tree of its own name: see [`origin`].

pub mod checkpoint;
pub mod cosignature;
pub mod note;
pub mod proof;
pub mod tree;
pub mod verify;

pub use checkpoint::{Checkpoint, origin};
pub use cosignature::{Cosignature, WitnessKey};
pub use note::{NoteError, SigningKey, VerifierKey};
pub use tree::{Frontier, Hash};
pub use verify::{Flaw, Verification};

#[cfg(test)]
mod tests;
