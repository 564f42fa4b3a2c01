//! The queue before the writer is bounded.

use rekey_events::store::AppendError;

use crate::bed::Bed;
use crate::facts::{all, assert_gapless, begin, enqueue, enqueue_and_leave, stream, write};

/// As many may wait.
const QUEUE: usize = 4096;

pub async fn a_full_queue_answers_busy(bed: Bed) {
    let (log, writer) = bed.idle_node().await;
    let waiting: Vec<_> = (0..QUEUE).map(|_| enqueue(&log, begin(&bed))).collect();
    assert!(matches!(log.append(begin(&bed)).await, Err(AppendError::Busy)));
    tokio::spawn(writer.run());
    assert!(all(waiting).await.iter().all(Result::is_ok));
    log.append(begin(&bed)).await.unwrap();
    assert_eq!(assert_gapless(&bed.store).await.len(), QUEUE + 1);
}

/// Commits to one stream go one to a batch; those behind must not pile up past the bound.
pub async fn commits_held_back_count_as_waiting(bed: Bed) {
    let (log, writer) = bed.idle_node().await;
    let stream = stream(&bed);
    tokio::spawn(writer.run());
    let mut taken = 0;
    for _ in 0..4 * QUEUE {
        taken += i64::from(enqueue_and_leave(&log, write(&bed, stream, taken + 1)));
        tokio::task::yield_now().await;
    }
    let waiting = taken - bed.store.last_position().await.unwrap();
    assert!(waiting < 2 * QUEUE as i64, "{waiting} commits wait");
}

pub async fn a_caller_that_leaves_takes_nothing_back(bed: Bed) {
    let (log, writer) = bed.idle_node().await;
    let commit = begin(&bed);
    let id = commit.events[0].event_id;
    assert!(enqueue_and_leave(&log, commit));
    let next = enqueue(&log, begin(&bed));
    tokio::spawn(writer.run());
    next.await.unwrap().unwrap();
    assert_eq!(bed.store.position_of(id).await.unwrap(), Some(1));
}
