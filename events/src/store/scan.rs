//! The whole log from one end to the other, a batch at a time, while the next one is read.
//!
//! By the quickest way out of each database, which sqlx's rows are not: PostgreSQL copies in binary, and SQLite is
//! read on a thread of its own, without a message for each row.

use std::time::Duration;

use tokio::sync::mpsc;

use super::{Store, StoreError, postgres, sqlite};
use crate::envelope::StoredEvent;

/// Events in a batch.
pub(super) const BATCH: usize = 2048;
/// Positions that one statement reads: for so long the database keeps what it has deleted meanwhile.
pub(super) const STRETCH: i64 = 100_000;
/// Batches that wait for whoever works on them.
const AHEAD: usize = 4;
/// Pauses before a stretch that broke off is read again.
const AGAIN: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2)];

/// Where batches go; gone when nobody wants more.
pub(super) type Batches = mpsc::Sender<Result<Vec<StoredEvent>, StoreError>>;

/// Events on their way.
#[derive(Debug)]
pub struct Scan(mpsc::Receiver<Result<Vec<StoredEvent>, StoreError>>);

impl Scan {
    /// The next batch, in order; `None` after the last.
    ///
    /// # Errors
    /// The database does not answer, or a row is none of an event.
    pub async fn next(&mut self) -> Result<Option<Vec<StoredEvent>>, StoreError> {
        self.0.recv().await.transpose()
    }
}

/// A stretch of positions on its way to somebody.
#[derive(Debug)]
pub(super) struct Stretch<'a> {
    /// Those after this one: moves on with what was handed over.
    pub(super) after: i64,
    /// Up to this one.
    pub(super) until: i64,
    pub(super) batches: &'a Batches,
}

impl Stretch<'_> {
    /// Hands over a batch; whether more are wanted.
    pub(super) async fn give(&mut self, batch: Vec<StoredEvent>) -> bool {
        self.after = batch.last().map_or(self.after, |event| event.position);
        self.batches.send(Ok(batch)).await.is_ok()
    }
}

impl Store {
    /// The events after a position, up to another. They are read by a task of their own.
    #[must_use]
    pub fn scan(&self, after: i64, until: i64) -> Scan {
        let (batches, scan) = mpsc::channel(AHEAD);
        let store = self.clone();
        tokio::spawn(async move {
            if let Err(error) = store.read_all(after, until, &batches).await {
                // Nobody may be there to hear it.
                let _ = batches.send(Err(error)).await;
            }
        });
        Scan(scan)
    }

    async fn read_all(&self, mut after: i64, until: i64, batches: &Batches) -> Result<(), StoreError> {
        while after < until && !batches.is_closed() {
            let end = until.min(after + STRETCH);
            let mut stretch = Stretch { after, until: end, batches };
            let mut read = self.read(&mut stretch).await;
            for pause in AGAIN {
                match &read {
                    Err(error) if error.is_passing() => {
                        tracing::warn!(%error, "reading the log goes on shortly")
                    }
                    _ => break,
                }
                tokio::time::sleep(pause).await;
                read = self.read(&mut stretch).await;
            }
            read?;
            after = end;
        }
        Ok(())
    }

    async fn read(&self, stretch: &mut Stretch<'_>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(database) => sqlite::scan(database, stretch).await,
            Self::Postgres(database) => postgres::scan(database, stretch).await,
        }
    }
}
