//! One total order: no gaps, in the order of the commits.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rekey_events::EventId;
use rekey_events::store::Log;
use tokio::task::JoinHandle;

use crate::bed::Bed;
use crate::facts::{all, assert_gapless, begin};

const WRITERS: usize = 64;
const EACH: usize = 8;

pub async fn positions_have_no_gaps(bed: Bed) {
    race(&bed, std::slice::from_ref(&bed.log)).await;
}

pub async fn three_nodes_share_one_order(bed: Bed) {
    let nodes = [bed.log.clone(), bed.another_node().await, bed.another_node().await];
    race(&bed, &nodes).await;
}

async fn race(bed: &Bed, nodes: &[Log]) {
    let highest = Arc::new(AtomicI64::new(0));
    let writers = nodes.iter().cycle().take(WRITERS);
    let acknowledged = all(writers.map(|log| writer(bed, log, &highest)).collect()).await;
    let stored: Vec<_> =
        assert_gapless(&bed.store).await.iter().map(|event| (event.position, event.event_id)).collect();
    let mut acknowledged: Vec<_> = acknowledged.into_iter().flatten().collect();
    acknowledged.sort_unstable();
    assert_eq!(acknowledged.len(), WRITERS * EACH);
    assert_eq!(acknowledged, stored);
}

/// Appends one after the other; each must come after all that anybody was told of before.
fn writer(bed: &Bed, log: &Log, highest: &Arc<AtomicI64>) -> JoinHandle<Vec<(i64, EventId)>> {
    let commits: Vec<_> = (0..EACH).map(|_| begin(bed)).collect();
    let (log, highest) = (log.clone(), highest.clone());
    tokio::spawn(async move {
        let mut acknowledged = Vec::new();
        for commit in commits {
            let id = commit.events[0].event_id;
            let before = highest.load(Ordering::SeqCst);
            let position = log.append(commit).await.unwrap().position;
            assert!(position > before, "{position} was given out after {before}");
            highest.fetch_max(position, Ordering::SeqCst);
            acknowledged.push((position, id));
        }
        acknowledged
    })
}
