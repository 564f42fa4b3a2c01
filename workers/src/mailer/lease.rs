//! A worker's lease: renewed every 3 s, good for 12 s on the database's clock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rekey_events::store::Store;
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
    renewed: Arc<Mutex<Option<Instant>>>,
}

impl Lease {
    pub(super) fn new(store: Store, worker: Uuid) -> Self {
        Self { store, worker, renewed: Arc::default() }
    }

    /// Renews it once. The moment before asking counts: the database's may be
    /// later, never earlier.
    pub(super) async fn renew(&self) {
        let before = Instant::now();
        match self.store.renew_lease(self.worker, GOOD_FOR).await {
            Ok(()) => *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = Some(before),
            Err(error) => tracing::warn!(%error, "the lease was not renewed"),
        }
    }

    /// Whether it is surely held still. The clock goes on while the process is
    /// stopped, so one that slept through its lease knows.
    #[must_use]
    pub fn is_held(&self) -> bool {
        let renewed = *self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        renewed.is_some_and(|at| at.elapsed() + MARGIN < GOOD_FOR)
    }

    pub(super) async fn end(&self) {
        if let Err(error) = self.store.end_lease(self.worker).await {
            tracing::warn!(%error, "the lease ends by itself");
        }
    }
}
