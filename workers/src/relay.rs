//! The relay: tells the mailers of all processes, by the bus, which mails are due.
//!
//! ```text
//! look at the stream ─ take due mails without a live hint ─ publish ─ note where
//! ```
//! Any number of relays may run. A hint is alive while it is of the mail's
//! present version and of the stream's present incarnation, was not
//! acknowledged, and is younger than five minutes.

mod reconcile;
mod stats;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::join_all;
use rekey_events::store::hints::{Hint, Owed};
use rekey_events::store::{Log, StoreError};
use rekey_events::{MailId, Moment};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::breath::breathe;
use crate::bus::{Bus, BusError, Lane};

use reconcile::Known;
pub use stats::RelayStats;

/// How often all due mails are looked through.
const POLL: Duration = Duration::from_secs(1);
/// When woken: only those that became due since the last look, or this long before it, for commits take
/// a while. Each look goes through all that is due then, so a queue that grows would slow itself down.
const LATE: Duration = Duration::from_millis(250);
/// What becomes due within this time is due: a mail is owed from now on by the clock of whoever asked for it, and
/// two processes know the database's clock to some milliseconds.
pub(crate) const AHEAD: Duration = Duration::from_millis(50);
/// How often dead hints are forgotten.
const FORGET: Duration = Duration::from_secs(60);
/// Hints published side by side.
const BATCH: usize = 512;

/// Publishes hints.
#[derive(Clone, Debug)]
pub struct Relay {
    log: Log,
    bus: Bus,
    stats: Arc<RelayStats>,
    known: Arc<Mutex<Option<Known>>>,
}

/// Why nothing was published this time. Mails are found without hints.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bus.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// Another relay is just making the stream anew.
    #[error("another relay makes the stream anew")]
    Taken,
}

impl Relay {
    /// A relay from `log` to `bus`.
    #[must_use]
    pub fn new(log: Log, bus: Bus) -> Self {
        let stats = Arc::new(RelayStats::new(bus.clone()));
        Self { log, bus, stats, known: Arc::default() }
    }

    /// What it has done so far.
    #[must_use]
    pub fn stats(&self) -> Arc<RelayStats> {
        Arc::clone(&self.stats)
    }

    /// Publishes until `stop`. On a database of one process there is nobody to
    /// tell: there it returns at once.
    pub async fn run(self, stop: CancellationToken) {
        if !self.log.store().is_shared() {
            return;
        }
        tracing::info!(stream = self.bus.stream_name(), "Publishing hints");
        let (mut all_at, mut forget_at, mut works) = (Instant::now(), Instant::now() + FORGET, true);
        let mut looked_at = Moment::default();
        while !stop.is_cancelled() {
            let (began, connections) = (Instant::now(), self.bus.connections());
            let all = began >= all_at;
            let since = if all { Moment::default() } else { looked_at.before(LATE) };
            looked_at = self.log.env().now();
            tokio::select! {
                published = self.pass(since) => works = report(works, published),
                () = leave(&stop) => return,
            }
            if all {
                all_at = Instant::now() + POLL;
            }
            if Instant::now() >= forget_at {
                forget_at = Instant::now() + FORGET;
                self.forget().await;
            }
            breathe(began).await;
            tokio::select! {
                () = self.log.wakes().relay.notified() => {}
                () = self.bus.reconnected(connections) => all_at = Instant::now(),
                () = tokio::time::sleep_until(all_at.into()) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Looks through all mails that are due, and publishes what is missing; how many hints.
    ///
    /// # Errors
    /// The database or the bus does not answer.
    pub async fn step(&self) -> Result<usize, RelayError> {
        self.pass(Moment::default()).await
    }

    /// Looks through the mails that are due since then, and notes whether that went well.
    async fn pass(&self, since: Moment) -> Result<usize, RelayError> {
        let passed = self.publish_due(since).await;
        if !matches!(passed, Err(RelayError::Taken)) {
            self.stats.passed(passed.is_ok());
        }
        passed
    }

    async fn publish_due(&self, since: Moment) -> Result<usize, RelayError> {
        let floors = self.floors().await?;
        let now = self.log.env().now();
        let mut published = 0;
        for (lane, floor) in Lane::ALL.into_iter().zip(floors) {
            let owed = Owed {
                since,
                until: now.after(AHEAD),
                notices: lane == Lane::Notices,
                floor,
                limit: i64::try_from(BATCH).unwrap_or(i64::MAX),
            };
            published += self.lane(lane, owed).await?;
        }
        if published == 0 && self.stats.is_in_doubt() {
            self.probe().await?;
        }
        Ok(published)
    }

    /// Finds out whether the bus takes messages again: by a hint of no mail, of which a mailer finds nothing to claim.
    async fn probe(&self) -> Result<(), RelayError> {
        let id = format!("probe:{}", self.log.env().uuid());
        let taken = self.bus.publish(Lane::Notices, MailId(Uuid::nil()), &id).await;
        self.stats.took(taken.is_ok());
        if taken.is_err() {
            self.forget_stream();
        }
        taken.map(drop).map_err(RelayError::from)
    }

    /// Publishes for one lane, the longest due first, until little is left.
    async fn lane(&self, lane: Lane, mut owed: Owed) -> Result<usize, RelayError> {
        let mut published = 0;
        loop {
            let hints = self.log.store().owe_hints(&owed).await?;
            let (taken, last) = (hints.len(), hints.last().map(|hint| hint.due_at));
            published += self.publish(lane, hints).await?;
            match last {
                // Less than a share of the batch: another relay, or nobody, has the rest.
                Some(last) if taken >= BATCH / 8 => owed.since = Moment::from_micros(last),
                _ => return Ok(published),
            }
        }
    }

    /// Publishes hints side by side, and notes where they are. Those of which
    /// nobody knows count for nothing, and are published again.
    async fn publish(&self, lane: Lane, hints: Vec<Hint>) -> Result<usize, RelayError> {
        let all = join_all(hints.into_iter().map(|hint| self.publish_one(lane, hint))).await;
        let (mut published, mut failed, mut fault) = (Vec::new(), Vec::new(), None);
        for (hint, result) in all {
            match result {
                Ok(sequence) => {
                    self.stats.published(&hint.reason);
                    published.push((hint, sequence));
                }
                Err(error) => {
                    failed.push(hint.mail);
                    fault = Some(error);
                }
            }
        }
        if !published.is_empty() || fault.is_some() {
            self.stats.took(fault.is_none());
        }
        self.log.store().note_hints(&published).await?;
        if let Some(fault) = fault {
            self.forget_stream();
            self.log.store().void_hints(&failed).await?;
            return Err(fault.into());
        }
        Ok(published.len())
    }

    async fn publish_one(&self, lane: Lane, hint: Hint) -> (Hint, Result<i64, BusError>) {
        let id = format!("{}:{}:{}", hint.mail, hint.epoch, hint.generation);
        let published = self.bus.publish(lane, hint.mail, &id).await;
        (hint, published)
    }

    async fn forget(&self) {
        if let Err(error) = self.log.store().forget_hints().await {
            tracing::debug!(%error, "dead hints stay for a while");
        }
    }
}

/// What is in hand when asked to stop has a moment to come to its end.
async fn leave(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(POLL).await;
}

/// Tells when it begins to fail, and when it works again; whether it works.
fn report(worked: bool, published: Result<usize, RelayError>) -> bool {
    match published {
        Err(RelayError::Taken) => worked,
        Ok(_) => {
            if !worked {
                tracing::info!("hints are published again");
            }
            true
        }
        Err(error) => {
            if worked {
                tracing::warn!(%error, "no hints are published; mails are found without");
            }
            false
        }
    }
}
