//! The log: appending, and executing commands against it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::loads::Loads;
use super::open::Head;
use super::streams::Streams;
use super::wakes::Wakes;
use super::writer::{Answer, Prepared, QUEUE, Writer};
use super::{AppendError, Appended, Commit, Store, StoreError};
use crate::env::Env;

/// A handle on the log; cheap to clone.
#[derive(Clone)]
pub struct Log(Arc<Inner>);

struct Inner {
    store: Store,
    env: Arc<dyn Env>,
    head: Head,
    queue: mpsc::Sender<(Prepared, Answer)>,
    streams: Streams,
    loads: Arc<Loads>,
    wakes: Arc<Wakes>,
    is_over: AtomicBool,
}

/// How often it is looked whether another epoch has begun.
const EPOCH_LOOKED_AT: Duration = Duration::from_secs(1);

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Log({})", self.0.head.log)
    }
}

impl Log {
    /// A handle, and the task that must run for it.
    ///
    /// # Errors
    /// The database does not answer, or holds no log.
    pub async fn open(store: Store, env: Arc<dyn Env>) -> Result<(Self, Writer), StoreError> {
        let head = store.head().await?;
        store.tell_time(&*env).await?;
        let (sender, queue) = mpsc::channel(QUEUE);
        let wakes = Arc::new(Wakes::default());
        let loads = Arc::new(Loads::default());
        let writer = Writer {
            store: store.clone(),
            epoch: head.epoch,
            queue,
            later: VecDeque::new(),
            loads: loads.clone(),
            wakes: wakes.clone(),
        };
        let (streams, is_over) = (Streams::default(), AtomicBool::new(false));
        let inner = Inner { store, env, head, queue: sender, streams, loads, wakes, is_over };
        Ok((Self(Arc::new(inner)), writer))
    }

    /// The store under it.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Clock and dice.
    #[must_use]
    pub fn env(&self) -> &dyn Env {
        &*self.0.env
    }

    /// The log's id.
    #[must_use]
    pub fn id(&self) -> uuid::Uuid {
        self.0.head.log
    }

    /// Waits until another epoch of the log has begun, as after a restore; which one. What is known here of
    /// the one before may not be so any more: whoever relies on it stops, instead of guessing.
    pub async fn over(&self) -> i32 {
        loop {
            tokio::time::sleep(EPOCH_LOOKED_AT).await;
            // While the database does not answer, nobody does anything with it.
            if let Ok(head) = self.0.store.head().await
                && (head.log, head.epoch) != (self.0.head.log, self.0.head.epoch)
            {
                self.0.is_over.store(true, Ordering::Relaxed);
                return head.epoch;
            }
        }
    }

    /// Whether [`over`](Self::over) has seen another epoch begin.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.is_over.load(Ordering::Relaxed)
    }

    /// In-process wake-ups.
    #[must_use]
    pub fn wakes(&self) -> &Wakes {
        &self.0.wakes
    }

    pub(crate) fn loads(&self) -> &Loads {
        &self.0.loads
    }

    pub(crate) fn streams(&self) -> &Streams {
        &self.0.streams
    }

    /// Appends a commit; durable when this returns. A caller that stops
    /// waiting does not take the commit back.
    ///
    /// # Errors
    /// See [`AppendError`].
    pub async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        if let Some(flaw) = commit.flaw() {
            return Err(AppendError::Refused(flaw.to_owned()));
        }
        let prepared = Prepared::new(commit, self.0.head.log, self.0.head.epoch);
        let (answer, answered) = oneshot::channel();
        self.0.queue.try_send((prepared, answer)).map_err(|_| AppendError::Busy)?;
        answered.await.unwrap_or_else(|_| Err(AppendError::Unavailable("the writer has stopped".to_owned())))
    }
}
