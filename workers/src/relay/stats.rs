//! What a relay has done, counted.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::bus::{Bus, Lane, Seen};

/// Counts since the start of the process.
#[derive(Debug)]
pub struct RelayStats {
    bus: Bus,
    new: AtomicU64,
    aged: AtomicU64,
    floor: AtomicU64,
    epoch: AtomicU64,
    epochs: AtomicU64,
    /// Whether the last look through the due mails went well.
    works: AtomicBool,
    /// Whether the last message was not taken.
    doubts: AtomicBool,
    seen: Mutex<Option<Seen>>,
}

impl RelayStats {
    pub(super) fn new(bus: Bus) -> Self {
        Self {
            bus,
            new: AtomicU64::new(0),
            aged: AtomicU64::new(0),
            floor: AtomicU64::new(0),
            epoch: AtomicU64::new(0),
            epochs: AtomicU64::new(0),
            works: AtomicBool::new(false),
            doubts: AtomicBool::new(false),
            seen: Mutex::default(),
        }
    }

    /// Hints published, by reason: `new` (of this version of a mail), `aged`,
    /// `floor` (acknowledged, but the mail was not claimed), `epoch` (the stream was made anew).
    #[must_use]
    pub fn hints(&self) -> [(&'static str, u64); 4] {
        [("new", &self.new), ("aged", &self.aged), ("floor", &self.floor), ("epoch", &self.epoch)]
            .map(|(reason, count)| (reason, count.load(Ordering::Relaxed)))
    }

    /// How often this relay made the stream anew.
    #[must_use]
    pub fn epochs(&self) -> u64 {
        self.epochs.load(Ordering::Relaxed)
    }

    /// Which incarnation the stream was when it was looked at last, if it was there.
    #[must_use]
    pub fn epoch(&self) -> Option<Uuid> {
        self.lock().as_ref().and_then(|seen| seen.epoch)
    }

    /// Hints that were then still to be acknowledged, by consumer.
    #[must_use]
    pub fn pending(&self) -> Vec<(&'static str, u64)> {
        let pending = self.lock().as_ref().map_or([0; 2], |seen| seen.pending);
        Lane::ALL.map(Lane::consumer).into_iter().zip(pending).collect()
    }

    /// Whether hints can be published: there is a connection, the stream is there, and it took the last message.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.works.load(Ordering::Relaxed) && self.bus.is_connected()
    }

    /// Notes whether a look through the due mails went well.
    pub(super) fn passed(&self, works: bool) {
        self.works.store(works, Ordering::Relaxed);
    }

    /// Notes whether the bus took a message.
    pub(super) fn took(&self, taken: bool) {
        self.doubts.store(!taken, Ordering::Relaxed);
    }

    /// Whether it is open if the bus takes messages: it did not take the last one.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.doubts.load(Ordering::Relaxed)
    }

    pub(super) fn published(&self, reason: &str) {
        let count = match reason {
            "new" => &self.new,
            "floor" => &self.floor,
            "epoch" => &self.epoch,
            _ => &self.aged,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn began_epoch(&self) {
        self.epochs.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn saw(&self, seen: Option<Seen>) {
        *self.lock() = seen;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
