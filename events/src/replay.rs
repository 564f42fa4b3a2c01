//! Replay: the views, folded from the log and nothing else.
//!
//! A [`Fold`] is given the events in order and says for each which rows it changed. What becomes of
//! them is somebody else's: they are compared ([`Digest`]), collected ([`Views`]), or written.

mod as_of;
mod digest;
mod fold;
mod recent;
mod views;

#[cfg(test)]
mod tests;

pub use as_of::{AsOf, Point};
pub use digest::{Bucket, Digest};
pub use fold::{Fold, ReplayError, Step};
pub use views::{ViewRow, Views};
