//! The workers of one process.

use rekey_events::store::Log;
use rekey_workers::{Issuer, Mailer, Relay, Sealer, Sweeper};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::http::Activity;

/// The workers of one process; none for one that only serves.
pub(super) struct Crew {
    pub(super) log: Log,
    pub(super) issuer: Option<Issuer>,
    pub(super) relay: Option<Relay>,
    pub(super) mailer: Option<Mailer>,
    pub(super) sweeper: Option<Sweeper>,
    pub(super) sealer: Option<Sealer>,
}

impl Crew {
    /// Where they count what they do.
    pub(super) fn activity(&self) -> Activity {
        Activity {
            mailer: self.mailer.as_ref().map(Mailer::stats),
            relay: self.relay.as_ref().map(Relay::stats),
            sealer: self.sealer.as_ref().map(Sealer::stats),
        }
    }

    /// Works until `stop`, then finishes what is in hand.
    ///
    /// # Errors
    /// A worker fell, or the log is in another epoch now.
    pub(super) async fn run(self, stop: CancellationToken) -> std::io::Result<()> {
        let over = tokio::spawn(until_over(self.log.clone(), stop.clone()));
        let mut workers = JoinSet::new();
        workers.spawn(self.log.spread_wakes(stop.clone().cancelled_owned()));
        if let Some(issuer) = self.issuer {
            workers.spawn(issuer.run(stop.clone()));
        }
        if let Some(relay) = self.relay {
            workers.spawn(relay.run(stop.clone()));
        }
        if let Some(mailer) = self.mailer {
            workers.spawn(mailer.run(stop.clone()));
        }
        if let Some(sweeper) = self.sweeper {
            workers.spawn(sweeper.run(stop.clone()));
        }
        if let Some(sealer) = self.sealer {
            workers.spawn(sealer.run(stop.clone()));
        }
        let fell = supervise(workers, stop).await;
        match over.await {
            Ok(Some(epoch)) => Err(overtaken(epoch)),
            _ if fell => Err(fallen()),
            _ => Ok(()),
        }
    }
}

/// Stops all when another epoch of the log begins, which it answers; ends with `stop`.
async fn until_over(log: Log, stop: CancellationToken) -> Option<i32> {
    let epoch = stop.clone().run_until_cancelled_owned(async move { log.over().await }).await?;
    tracing::error!(epoch, "{}", overtaken(epoch));
    stop.cancel();
    Some(epoch)
}

/// Waits for the workers to end. One that ends by a panic stops the process:
/// one that goes on without its mailer would look well. Whether one did.
async fn supervise(mut workers: JoinSet<()>, stop: CancellationToken) -> bool {
    let mut fell = false;
    while let Some(ended) = workers.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a worker fell");
            fell = true;
            stop.cancel();
        }
    }
    fell
}

fn fallen() -> std::io::Error {
    std::io::Error::other("a worker ended by a fault; the process stops with it")
}

fn overtaken(epoch: i32) -> std::io::Error {
    let text = format!(
        "the log is in epoch {epoch} now: what this process remembers may not be so any more, so it stops; start it again"
    );
    std::io::Error::other(text)
}
