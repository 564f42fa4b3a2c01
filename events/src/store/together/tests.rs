//! Group reads under failure: on one thread, so that each step is a known one.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

const MANY: u32 = 40;

/// Reads a number's double, once it may; counts queries and keys.
#[derive(Default)]
struct Desk {
    together: Together<u32, u32>,
    queries: AtomicUsize,
    keys: AtomicUsize,
    fails: bool,
    go: Notify,
}

impl Desk {
    async fn read(&self, keys: Vec<u32>) -> Result<HashMap<u32, u32>, StoreError> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        self.keys.fetch_add(keys.len(), Ordering::Relaxed);
        self.go.notified().await;
        if self.fails {
            return Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut));
        }
        Ok(keys.into_iter().map(|key| (key, 2 * key)).collect())
    }

    fn ask(self: &Arc<Self>, key: u32) -> JoinHandle<Result<Option<u32>, StoreError>> {
        let desk = self.clone();
        tokio::spawn(async move { desk.together.get(key, |keys| desk.read(keys)).await })
    }

    fn ask_all(self: &Arc<Self>) -> Vec<JoinHandle<Result<Option<u32>, StoreError>>> {
        (0..MANY).map(|key| self.ask(key)).collect()
    }

    fn counted(&self) -> (usize, usize) {
        (self.queries.load(Ordering::Relaxed), self.keys.load(Ordering::Relaxed))
    }
}

/// Has all others go as far as they can.
async fn settle() {
    for _ in 0..10 * MANY {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_is_asked_for_already_is_not_asked_for_again() {
    let desk = Arc::new(Desk::default());
    let asked = desk.ask_all();
    settle().await;
    assert_eq!(desk.counted(), (1, MANY as usize));
    desk.go.notify_one();
    for (key, answer) in (0..).zip(asked) {
        assert_eq!(answer.await.unwrap().unwrap(), Some(2 * key));
    }
    assert_eq!(desk.counted(), (1, MANY as usize));
}

#[tokio::test]
async fn who_asks_while_others_are_read_is_read_afresh() {
    let desk = Arc::new(Desk::default());
    let first = desk.ask(7);
    settle().await;
    let second = desk.ask(7);
    settle().await;
    assert_eq!(desk.counted(), (2, 2));
    desk.go.notify_waiters();
    assert_eq!(first.await.unwrap().unwrap(), Some(14));
    assert_eq!(second.await.unwrap().unwrap(), Some(14));
}

#[tokio::test]
async fn one_failure_is_the_answer_to_all_who_asked_together() {
    let desk = Arc::new(Desk { fails: true, ..Desk::default() });
    let asked = desk.ask_all();
    settle().await;
    desk.go.notify_one();
    for answer in asked {
        assert!(answer.await.unwrap().unwrap_err().is_passing());
    }
    assert_eq!(desk.counted(), (1, MANY as usize));
}

#[tokio::test]
async fn those_whom_a_dropped_asker_leaves_are_asked_for_together() {
    let desk = Arc::new(Desk::default());
    let mut asked = desk.ask_all();
    settle().await;
    asked.remove(0).abort();
    settle().await;
    assert_eq!(desk.counted(), (2, 2 * MANY as usize - 1));
    desk.go.notify_one();
    for (key, answer) in (1..).zip(asked) {
        assert_eq!(answer.await.unwrap().unwrap(), Some(2 * key));
    }
}

#[tokio::test]
async fn answered_waits_for_what_was_asked_before() {
    let desk = Arc::new(Desk::default());
    let asked = desk.ask_all();
    settle().await;
    let waits = tokio::spawn({
        let desk = desk.clone();
        async move { desk.together.answered().await }
    });
    settle().await;
    assert!(!waits.is_finished());
    desk.go.notify_one();
    waits.await.unwrap();
    settle().await;
    assert!(asked.iter().all(JoinHandle::is_finished));
}
