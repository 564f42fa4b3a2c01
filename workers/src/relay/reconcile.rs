//! Is the stream the one that is known? If not, it is made anew: one relay makes
//! it, under a lock on the broker's row, and all hints of earlier epochs are dead.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rekey_events::store::hints::{Broker, BrokerLock};
use tokio::time::timeout;

use super::{POLL, Relay, RelayError};
use crate::bus::{BusError, Lane, Seen};

/// How long the broker's row may be locked.
const LOCKED: Duration = Duration::from_secs(5);

/// The stream as it was found, which is good for a while.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    floors: [i64; 2],
    at: Instant,
    connections: u64,
}

impl Relay {
    /// Up to where hints were acknowledged, lane by lane, in a stream that is the true one.
    pub(super) async fn floors(&self) -> Result<[i64; 2], RelayError> {
        let connections = self.bus.connections();
        let is_good = |known: &Known| known.connections == connections && known.at.elapsed() < POLL;
        if let Some(known) = self.known().filter(is_good) {
            return Ok(known.floors);
        }
        self.forget_stream();
        let known = Known { floors: self.reconcile().await?, at: Instant::now(), connections };
        *self.lock() = Some(known);
        Ok(known.floors)
    }

    /// Looks whether the stream is the one that is known, and makes it anew when it is not.
    async fn reconcile(&self) -> Result<[i64; 2], RelayError> {
        // In this order: what was noted before we look must be there.
        let broker = self.log.store().broker().await?;
        let seen = self.bus.look().await?;
        self.stats.saw(seen.clone());
        match seen {
            Some(seen) if fits(&seen, broker) => self.mend(&seen).await,
            _ => self.begin_epoch().await,
        }
    }

    /// Makes missing consumers; all that is in the stream counts as dead for them.
    async fn mend(&self, seen: &Seen) -> Result<[i64; 2], RelayError> {
        let mut floors = [seen.last_sequence; 2];
        for (at, lane) in Lane::ALL.into_iter().enumerate() {
            match seen.floors[at] {
                Some(floor) => floors[at] = floor,
                None => {
                    tracing::warn!(consumer = lane.consumer(), "a consumer is missing; its hints begin anew");
                    self.bus.make_consumer(lane).await?;
                }
            }
        }
        Ok(floors)
    }

    /// Makes the stream anew, unless another relay has done so meanwhile: all
    /// hints of earlier epochs are dead, and are published again at once.
    async fn begin_epoch(&self) -> Result<[i64; 2], RelayError> {
        let lock = self.log.store().lock_broker().await?.ok_or(RelayError::Taken)?;
        // Other relays wait for the lock: not for long.
        timeout(LOCKED, self.begin_epoch_under(lock)).await.unwrap_or(Err(BusError::Late.into()))
    }

    async fn begin_epoch_under(&self, lock: BrokerLock) -> Result<[i64; 2], RelayError> {
        if let Some(seen) = self.bus.look().await?.filter(|seen| fits(seen, lock.broker())) {
            return self.mend(&seen).await;
        }
        let epoch = self.log.env().uuid();
        self.bus.begin_epoch(epoch).await?;
        lock.begin_epoch(epoch).await?;
        self.stats.began_epoch();
        tracing::warn!(%epoch, "the stream of hints is not the one that was known; it was made anew");
        Ok([0; 2])
    }

    /// It is looked at before anything else is published.
    pub(super) fn forget_stream(&self) {
        *self.lock() = None;
    }

    fn known(&self) -> Option<Known> {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the stream is the incarnation that is known, with everything that was noted in it.
fn fits(seen: &Seen, broker: Broker) -> bool {
    seen.epoch == Some(broker.epoch) && seen.last_sequence >= broker.last_sequence
}
