//! A worker's lease: renewed every 3 s, good for 12 s on the database's clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rekey_events::store::Store;
use rekey_events::store::overview::Wait;
use uuid::Uuid;

/// How often it is renewed.
pub(super) const EVERY: Duration = Duration::from_secs(3);
const GOOD_FOR: Duration = Duration::from_secs(12);
/// We stop before others may begin.
const MARGIN: Duration = Duration::from_secs(2);

/// The right of a worker to what it has claimed.
#[derive(Clone, Debug)]
pub struct Lease {
    store: Store,
    worker: Uuid,
    held: Arc<Mutex<Option<Held>>>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    /// Since when it was renewed in time, each time.
    since: Instant,
    renewed: Instant,
}

impl Held {
    /// What is held after a renewal that was asked for `before`, and `answered` then. Somewhere between the
    /// two the database took it in: one that did not last till the answer may have been over for a moment, in
    /// which others took what was claimed.
    fn after(held: Option<Self>, before: Instant, answered: Instant) -> Self {
        let unbroken = held.filter(|held| held.lasts_at(answered));
        Self { since: unbroken.map_or(answered, |held| held.since), renewed: before }
    }

    fn lasts_at(&self, at: Instant) -> bool {
        at.duration_since(self.renewed) + MARGIN < GOOD_FOR
    }
}

impl Lease {
    pub(super) fn new(store: Store, worker: Uuid) -> Self {
        Self { store, worker, held: Arc::default() }
    }

    /// Renews it once, and tells what the mails in hand wait for. For how long it is good, the
    /// moment before asking counts: the database's may be later, never earlier.
    pub(super) async fn renew(&self, waits: &[Wait]) {
        let before = Instant::now();
        match self.store.renew_lease(self.worker, GOOD_FOR, waits).await {
            Ok(()) => {
                let mut held = self.lock();
                *held = Some(Held::after(*held, before, Instant::now()));
            }
            Err(error) => tracing::warn!(%error, "the lease was not renewed"),
        }
    }

    /// Whether it is surely held still. The clock goes on while the process is
    /// stopped, so one that slept through its lease knows.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.lock().is_some_and(|held| held.lasts_at(Instant::now()))
    }

    /// Whether it was surely held all the time since then. One that was lost
    /// and taken anew does not bring back what was claimed under the old.
    #[must_use]
    pub fn is_held_since(&self, then: Instant) -> bool {
        self.lock().is_some_and(|held| held.since <= then && held.lasts_at(Instant::now()))
    }

    pub(super) async fn end(&self) {
        if let Err(error) = self.store.end_lease(self.worker).await {
            tracing::warn!(%error, "the lease ends by itself");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_lease_renewed_in_time_is_one_lease() {
        let start = Instant::now();
        let first = Held::after(None, start, start + SECOND);
        assert_eq!(first.since, start + SECOND);
        let second = Held::after(Some(first), start + 4 * SECOND, start + 5 * SECOND);
        assert_eq!((second.since, second.renewed), (first.since, start + 4 * SECOND));
    }

    /// Others may take what was claimed until the database has the renewal.
    #[test]
    fn a_renewal_that_is_answered_too_late_begins_another() {
        let start = Instant::now();
        let first = Held::after(None, start, start);
        for before in [start + 4 * SECOND, start + 11 * SECOND] {
            let second = Held::after(Some(first), before, start + 11 * SECOND);
            assert_eq!((second.since, second.renewed), (start + 11 * SECOND, before));
        }
    }
}
