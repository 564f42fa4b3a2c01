//! Hints from the bus: pulled lane by lane while there is room, taken in chunks.

use std::task::Poll;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::bus::{Bus, BusError, Hint, Lane};

/// The pause before pulling anew after a fault.
const AGAIN: Duration = Duration::from_millis(500);

/// Hints as they come, until this is dropped.
pub(super) struct Incoming {
    bus: Bus,
    wanted: watch::Sender<bool>,
    links: mpsc::Receiver<Hint>,
    notices: mpsc::Receiver<Hint>,
    _pullers: JoinSet<()>,
}

impl Incoming {
    /// Nothing is pulled before it is wanted; then `ahead` hints at a time.
    pub(super) fn new(bus: Bus, ahead: usize) -> Self {
        let (wanted, want) = watch::channel(false);
        let mut pullers = JoinSet::new();
        let [links, notices] = Lane::ALL.map(|lane| {
            let (hints, incoming) = mpsc::channel(ahead);
            let puller = Puller { bus: bus.clone(), lane, ahead, hints };
            pullers.spawn(puller.run(want.clone()));
            incoming
        });
        Self { bus, wanted, links, notices, _pullers: pullers }
    }

    /// Whether hints are wanted: while they are not, nothing is pulled.
    pub(super) fn want(&self, wanted: bool) {
        self.wanted.send_if_modified(|now| std::mem::replace(now, wanted) != wanted);
    }

    pub(super) fn is_connected(&self) -> bool {
        self.bus.is_connected()
    }

    /// Those that have come, links first, at most so many; waits for the first.
    /// None is lost when this is dropped before.
    pub(super) async fn chunk(&mut self, most: usize) -> Vec<Hint> {
        std::future::poll_fn(|context| {
            let mut chunk = Vec::new();
            for lane in [&mut self.links, &mut self.notices] {
                // Nothing but hints ends the wait: the pullers do not end before we do.
                if let Poll::Ready(1..) = lane.poll_recv_many(context, &mut chunk, most) {
                    return Poll::Ready(chunk);
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// Pulls one lane.
struct Puller {
    bus: Bus,
    lane: Lane,
    ahead: usize,
    hints: mpsc::Sender<Hint>,
}

impl Puller {
    async fn run(self, mut wanted: watch::Receiver<bool>) {
        while wanted.wait_for(|wanted| *wanted).await.is_ok() {
            let connections = self.bus.connections();
            tokio::select! {
                () = self.pull_until_fault() => {}
                // What was asked for on an earlier connection is forgotten.
                () = self.bus.reconnected(connections) => {}
                _ = wanted.wait_for(|wanted| !*wanted) => {}
            }
        }
    }

    /// Ends a moment after a fault.
    async fn pull_until_fault(&self) {
        if let Err(error) = self.pull().await {
            tracing::debug!(%error, lane = ?self.lane, "hints are pulled anew");
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Hands on what comes, until the line is lost or nobody listens.
    async fn pull(&self) -> Result<(), BusError> {
        let mut hints = self.bus.pull(self.lane, self.ahead).await?;
        loop {
            // Room first: none is taken out that might be dropped here.
            let Ok(room) = self.hints.reserve().await else { return Err(BusError::Away) };
            room.send(hints.next().await?);
        }
    }
}
