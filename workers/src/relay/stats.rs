//! What a relay has done, counted.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::bus::Bus;

/// Counts since the start of the process.
#[derive(Debug)]
pub struct RelayStats {
    bus: Bus,
    new: AtomicU64,
    aged: AtomicU64,
    floor: AtomicU64,
    epoch: AtomicU64,
    epochs: AtomicU64,
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

    /// Whether there is a connection to the bus.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.bus.is_connected()
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

    pub(super) fn epoch(&self) {
        self.epochs.fetch_add(1, Ordering::Relaxed);
    }
}
