//! How far checkpoints have come beyond this house.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// One that gets checkpoints.
#[derive(Debug)]
pub(super) struct Standing {
    to: &'static str,
    position: AtomicU64,
    failures: AtomicU32,
}

impl Standing {
    pub(super) fn new(to: &'static str) -> Arc<Self> {
        Arc::new(Self { to, position: AtomicU64::new(0), failures: AtomicU32::new(0) })
    }

    /// It has the checkpoint of so many events.
    pub(super) fn reached(&self, position: u64) {
        self.position.store(position, Relaxed);
        self.failures.store(0, Relaxed);
    }

    /// It could not be given one.
    pub(super) fn failed(&self) {
        self.failures.fetch_add(1, Relaxed);
    }
}

/// All that get checkpoints.
#[derive(Clone, Debug, Default)]
pub struct SealerStats(pub(super) Vec<Arc<Standing>>);

/// How those of one kind do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// `mail`, `webhook` or `witness`.
    pub to: &'static str,
    /// The position up to which each of them has a checkpoint.
    pub position: u64,
    /// The most failures in a row that one of them has now.
    pub failures: u32,
}

impl SealerStats {
    /// Those of each kind that there is.
    #[must_use]
    pub fn delivered(&self) -> Vec<Delivered> {
        ["mail", "webhook", "witness"].into_iter().filter_map(|to| self.of(to)).collect()
    }

    fn of(&self, to: &'static str) -> Option<Delivered> {
        let these = self.0.iter().filter(|standing| standing.to == to);
        let each = these.map(|standing| (standing.position.load(Relaxed), standing.failures.load(Relaxed)));
        let worst = each.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
        worst.map(|(position, failures)| Delivered { to, position, failures })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_the_one_furthest_behind_counts() {
        let (one, other) = (Standing::new("mail"), Standing::new("mail"));
        let stats = SealerStats(vec![one.clone(), other.clone(), Standing::new("webhook")]);
        one.reached(7);
        other.reached(9);
        other.failed();
        let mails = Delivered { to: "mail", position: 7, failures: 1 };
        assert_eq!(stats.delivered(), [mails, Delivered { to: "webhook", position: 0, failures: 0 }]);
    }
}
