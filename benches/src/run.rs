//! A turn: so many callers, each with its next call as soon as the last is done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;

use crate::bed::Bed;

/// One of those compared.
pub trait Contender: Send + Sync {
    /// Comes before a turn, unmeasured.
    fn prepare(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    /// One call; false when there is nothing left to do in this turn.
    fn call(&self) -> BoxFuture<'_, bool>;

    /// How many rows a call appends, where it is rows that are counted.
    fn weight(&self) -> f64 {
        1.0
    }

    /// How many callers it has, whatever is asked for.
    fn callers(&self) -> Option<usize> {
        None
    }
}

/// What a turn gave.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

/// Lets `callers` call for `limit`, when what others wrote before is on the disk.
pub async fn turn(bed: &Bed, contender: &Arc<dyn Contender>, callers: usize, limit: Duration) -> Outcome {
    let callers = contender.callers().unwrap_or(callers);
    contender.prepare().await;
    bed.settle().await;
    let start = Instant::now();
    let tasks: Vec<_> =
        (0..callers).map(|_| tokio::spawn(caller(contender.clone(), start + limit))).collect();
    let mut spans = Vec::new();
    for task in tasks {
        spans.extend(task.await.unwrap());
    }
    let elapsed = start.elapsed().as_secs_f64();
    spans.sort_unstable();
    let at = |share: f64| spans[((spans.len() - 1) as f64 * share) as usize];
    Outcome { per_second: spans.len() as f64 * contender.weight() / elapsed, p50: at(0.5), p99: at(0.99) }
}

async fn caller(contender: Arc<dyn Contender>, end: Instant) -> Vec<Duration> {
    let mut spans = Vec::new();
    while Instant::now() < end {
        let start = Instant::now();
        if !contender.call().await {
            break;
        }
        spans.push(start.elapsed());
    }
    spans
}
