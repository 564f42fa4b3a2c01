//! Group reads: what is asked for while another query is in flight is read by
//! one query together. Freshly, all the same: it begins after they were asked for.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, oneshot};

use super::StoreError;
use super::writer::give_way;

/// Queries in flight at a time.
const TURNS: u32 = 2;
/// Keys read by one query.
const TOGETHER: usize = 256;

type Asked<K, V> = (K, oneshot::Sender<Option<V>>);

/// Who waits for what. There is no task: each in turn asks for all that wait.
#[derive(Debug)]
pub(crate) struct Together<K, V> {
    waiting: Mutex<Vec<Asked<K, V>>>,
    turns: Semaphore,
}

impl<K, V> Default for Together<K, V> {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turns: Semaphore::new(TURNS as usize) }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Together<K, V> {
    /// What there is under `key`; `read` reads many at once.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn get<F>(&self, key: K, read: impl FnOnce(Vec<K>) -> F) -> Result<Option<V>, StoreError>
    where
        F: Future<Output = Result<HashMap<K, V>, StoreError>>,
    {
        let (answer, answered) = oneshot::channel();
        self.lock().push((key.clone(), answer));
        tokio::select! {
            biased;
            Ok(found) = answered => Ok(found),
            // When the one who asked for us gave up, there is nobody to answer: then, too, it is our turn.
            turn = self.turns.acquire() => {
                let found = self.ask(key, read).await;
                drop(turn);
                found
            }
        }
    }

    /// Waits until all that was asked for up to now is answered.
    pub(crate) async fn answered(&self) {
        // All turns at once come after those asked for before. They never end: no error.
        let _ = self.turns.acquire_many(TURNS).await;
    }

    /// Asks for `own` and for all that wait, and answers them.
    async fn ask<F>(&self, own: K, read: impl FnOnce(Vec<K>) -> F) -> Result<Option<V>, StoreError>
    where
        F: Future<Output = Result<HashMap<K, V>, StoreError>>,
    {
        give_way(|| self.lock().len(), TOGETHER).await;
        let asked = self.take(&own);
        // Each once, though two may ask for the same.
        let keys: HashSet<_> = asked.iter().map(|(key, _)| key.clone()).chain([own.clone()]).collect();
        let mut found = read(keys.into_iter().collect()).await?;
        for (key, answer) in asked {
            // Whoever has gone does not listen.
            let _ = answer.send(found.get(&key).cloned());
        }
        Ok(found.remove(&own))
    }

    /// Those that wait, the longest first, but for one of `own`: ours, or one like it.
    fn take(&self, own: &K) -> Vec<Asked<K, V>> {
        let mut waiting = self.lock();
        if let Some(at) = waiting.iter().position(|(key, _)| key == own) {
            waiting.remove(at);
        }
        let many = waiting.len().min(TOGETHER);
        waiting.drain(..many).filter(|(_, answer)| !answer.is_closed()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Asked<K, V>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
