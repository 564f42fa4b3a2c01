//! How many connections there may be: a hard bound, and below it what the server puts up with.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::outcome::Delivery;

/// Mails that must be accepted in a row before one more connection is tried again.
const PATIENCE: u32 = 50;

/// How busy a pool is, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Deliveries under way.
    pub in_use: usize,
    /// Connections allowed at the moment.
    pub allowed: usize,
    /// Connections allowed at most.
    pub max: usize,
}

/// The slots of a pool. A server that answers 421 or 4.7.x gets one connection less, down to one; accepted mails
/// win them back.
pub(super) struct Slots {
    permits: Semaphore,
    max: usize,
    throttle: Mutex<Throttle>,
}

struct Throttle {
    allowed: usize,
    accepted_in_a_row: u32,
}

impl Slots {
    pub(super) fn new(max: usize) -> Self {
        let throttle = Throttle { allowed: max, accepted_in_a_row: 0 };
        Self { permits: Semaphore::new(max), max, throttle: Mutex::new(throttle) }
    }

    /// Waits for a slot; `None` once the pool is closed.
    pub(super) async fn take(&self) -> Option<SemaphorePermit<'_>> {
        self.permits.acquire().await.ok()
    }

    pub(super) fn close(&self) {
        self.permits.close();
    }

    /// Gives a slot back, or not, depending on what the server said.
    pub(super) fn give_back(&self, slot: SemaphorePermit<'_>, outcome: &Delivery) {
        let mut throttle = self.throttle();
        if outcome.is_throttled() {
            throttle.accepted_in_a_row = 0;
            if throttle.allowed > 1 {
                throttle.allowed -= 1;
                slot.forget();
            }
        } else if matches!(outcome, Delivery::Accepted { .. }) {
            throttle.accepted_in_a_row += 1;
            if throttle.accepted_in_a_row >= PATIENCE && throttle.allowed < self.max {
                throttle.accepted_in_a_row = 0;
                throttle.allowed += 1;
                self.permits.add_permits(1);
            }
        }
    }

    pub(super) fn usage(&self) -> Usage {
        let allowed = self.throttle().allowed;
        let in_use = allowed.saturating_sub(self.permits.available_permits());
        Usage { in_use, allowed, max: self.max }
    }

    fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
