//! Group load: streams asked for while another query is in flight are read by
//! one query together. Freshly, all the same: it begins after they were asked for.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, oneshot};

use super::reads::{Folded, whole};
use super::writer::give_way;
use super::{Store, StoreError};
use crate::ids::StreamId;

/// Queries in flight at a time.
const TURNS: usize = 2;
/// Streams read by one query.
const TOGETHER: usize = 256;

type Asked = (StreamId, oneshot::Sender<Vec<Folded>>);

/// Who waits for which stream. There is no task: each in turn asks for all that wait.
#[derive(Debug)]
pub(crate) struct Loads {
    waiting: Mutex<Vec<Asked>>,
    turns: Semaphore,
}

impl Default for Loads {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turns: Semaphore::new(TURNS) }
    }
}

impl Loads {
    /// A stream's events, from its beginning.
    ///
    /// # Errors
    /// The database does not answer (never an empty history), or the stream has a gap.
    pub(crate) async fn load(&self, store: &Store, stream: StreamId) -> Result<Vec<Folded>, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.lock().push((stream, answer));
        let events = tokio::select! {
            biased;
            Ok(events) = answered => events,
            // When the one who asked for us gave up, there is nobody to answer: then, too, it is our turn.
            turn = self.turns.acquire() => {
                let events = self.ask(store, stream).await;
                drop(turn);
                events?
            }
        };
        whole(stream, events.iter().map(|event| event.version))?;
        Ok(events)
    }

    /// Asks for `own` and for all that wait, and answers them.
    async fn ask(&self, store: &Store, own: StreamId) -> Result<Vec<Folded>, StoreError> {
        give_way(|| self.lock().len(), TOGETHER).await;
        let asked = self.take(own);
        // Each once, though two may ask for the same.
        let streams: HashSet<_> = asked.iter().map(|(stream, _)| *stream).chain([own]).collect();
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for event in store.streams(streams).await? {
            found.entry(event.stream).or_default().push(event);
        }
        for (stream, answer) in asked {
            // Whoever has gone does not listen.
            let _ = answer.send(found.get(&stream).cloned().unwrap_or_default());
        }
        Ok(found.remove(&own).unwrap_or_default())
    }

    /// Those that wait, the longest first, but for one of `own`: ours, or one like it.
    fn take(&self, own: StreamId) -> Vec<Asked> {
        let mut waiting = self.lock();
        if let Some(at) = waiting.iter().position(|(stream, _)| *stream == own) {
            waiting.remove(at);
        }
        let many = waiting.len().min(TOGETHER);
        waiting.drain(..many).filter(|(_, answer)| !answer.is_closed()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
