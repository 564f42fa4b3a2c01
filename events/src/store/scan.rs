//! The whole log from one end to the other, a batch at a time, while the next one is read.

use tokio::sync::mpsc;

use super::{Store, StoreError};
use crate::envelope::StoredEvent;

/// Events in a batch.
const BATCH: i64 = 4096;
/// Batches that wait for whoever works on them.
const AHEAD: usize = 2;

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

impl Store {
    /// The events after a position, up to another. They are read by a task of their own.
    #[must_use]
    pub fn scan(&self, after: i64, until: i64) -> Scan {
        let (batches, scan) = mpsc::channel(AHEAD);
        let store = self.clone();
        tokio::spawn(async move { store.read_all(after, until, &batches).await });
        Scan(scan)
    }

    async fn read_all(
        &self,
        mut after: i64,
        until: i64,
        batches: &mpsc::Sender<Result<Vec<StoredEvent>, StoreError>>,
    ) {
        while after < until {
            let batch = self.after(after, BATCH.min(until - after)).await;
            let last = batch.as_ref().ok().and_then(|batch| batch.last()).map(|event| event.position);
            let is_over = batches.send(batch).await.is_err();
            match last {
                Some(position) if !is_over => after = position,
                _ => return,
            }
        }
    }
}
