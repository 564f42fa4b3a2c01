//! Group reads: what is asked for while another query is in flight is read by
//! one query together. Freshly, all the same: it begins after they were asked for.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, oneshot};

use super::StoreError;
use super::writer::give_way;

/// Queries in flight at a time.
const TURNS: u32 = 2;
/// Keys read by one query.
const TOGETHER: usize = 256;

type Answer<V> = Result<Option<V>, Arc<StoreError>>;

/// One who asked: the number, what for, and where the answer goes.
#[derive(Debug)]
struct Asked<K, V> {
    number: u64,
    key: K,
    answer: oneshot::Sender<Answer<V>>,
}

/// Those who wait, the longest first.
#[derive(Debug)]
struct Waiting<K, V> {
    asked: Vec<Asked<K, V>>,
    next: u64,
}

/// Who waits for what. There is no task: each in turn asks for all that wait.
#[derive(Debug)]
pub(crate) struct Together<K, V> {
    waiting: Mutex<Waiting<K, V>>,
    turns: Semaphore,
}

impl<K, V> Default for Together<K, V> {
    fn default() -> Self {
        let waiting = Mutex::new(Waiting { asked: Vec::new(), next: 0 });
        Self { waiting, turns: Semaphore::new(TURNS as usize) }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Together<K, V> {
    /// What there is under `key`; `read` reads many at once.
    ///
    /// # Errors
    /// The database does not answer: one error for all who asked together.
    pub(crate) async fn get<F>(&self, key: K, read: impl FnOnce(Vec<K>) -> F) -> Result<Option<V>, StoreError>
    where
        F: Future<Output = Result<HashMap<K, V>, StoreError>>,
    {
        // Anew, when the one who asked for us gave up: with all others that were left so.
        loop {
            let (own, mut answered) = self.put(key.clone());
            let turn = tokio::select! {
                biased;
                answer = &mut answered => match answer {
                    Ok(answer) => return answer.map_err(StoreError::shared),
                    Err(_) => continue,
                },
                turn = self.turns.acquire() => turn,
            };
            if self.waits(own) {
                give_way(|| self.lock().asked.len(), TOGETHER).await;
            }
            if let Some(others) = self.take(own) {
                // The turn ends after the answers: see `answered`.
                let answer = ask(key, others, read).await;
                drop(turn);
                return answer.map_err(StoreError::shared);
            }
            // Somebody asks for us already.
            drop(turn);
            if let Ok(answer) = answered.await {
                return answer.map_err(StoreError::shared);
            }
        }
    }

    /// Waits until all that was asked for up to now is answered.
    pub(crate) async fn answered(&self) {
        // All turns at once come after those asked for before. They never end: no error.
        let _ = self.turns.acquire_many(TURNS).await;
    }

    fn put(&self, key: K) -> (u64, oneshot::Receiver<Answer<V>>) {
        let (answer, answered) = oneshot::channel();
        let mut waiting = self.lock();
        let number = waiting.next;
        waiting.next += 1;
        waiting.asked.push(Asked { number, key, answer });
        (number, answered)
    }

    fn waits(&self, own: u64) -> bool {
        self.lock().asked.iter().any(|one| one.number == own)
    }

    /// Those that wait beside `own`, the longest first; nothing when somebody took `own`.
    fn take(&self, own: u64) -> Option<Vec<Asked<K, V>>> {
        let waiting = &mut self.lock().asked;
        let at = waiting.iter().position(|one| one.number == own)?;
        waiting.remove(at);
        let many = waiting.len().min(TOGETHER);
        Some(waiting.drain(..many).filter(|one| !one.answer.is_closed()).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<K, V>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for `own` and for `others`, and answers them.
async fn ask<K, V, F>(own: K, others: Vec<Asked<K, V>>, read: impl FnOnce(Vec<K>) -> F) -> Answer<V>
where
    K: Clone + Eq + Hash,
    V: Clone,
    F: Future<Output = Result<HashMap<K, V>, StoreError>>,
{
    // Each once, though two may ask for the same.
    let keys: HashSet<_> = others.iter().map(|one| one.key.clone()).chain([own.clone()]).collect();
    let found = read(keys.into_iter().collect()).await.map_err(Arc::new);
    for Asked { key, answer, .. } in others {
        // Whoever has gone does not listen.
        let _ = answer.send(found.as_ref().map(|found| found.get(&key).cloned()).map_err(Arc::clone));
    }
    found.map(|mut found| found.remove(&own))
}

#[cfg(test)]
mod tests;
