//! With a bus: the mailer claims what it is told about, and looks for the rest now and then.

use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::hints::Incoming;
use super::{Inner, Mailer, POLL, schedule};
use crate::breath::breathe;
use crate::bus::{Bus, Hint};

/// How often it looks whether lease, mail server or database are back.
const RECOVERY: Duration = Duration::from_millis(250);

impl Mailer {
    /// Sends mails until `stop`.
    pub(super) async fn run_told(&self, bus: &Bus, attempts: &mut JoinSet<()>, stop: &CancellationToken) {
        let mut incoming = Incoming::new(bus.clone(), self.inner.concurrency);
        let mut look_at = Instant::now() + self.inner.jittered();
        while !stop.is_cancelled() {
            self.inner.room().await;
            while attempts.try_join_next().is_some() {}
            let (works, free) = (self.inner.may_claim(), self.inner.slots.available_permits());
            incoming.want(works);
            // Fair: who has much to look for hears of new links all the same.
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = attempts.join_next(), if works && free == 0 => {}
                () = tokio::time::sleep(RECOVERY), if !works => {}
                () = tokio::time::sleep_until(look_at.into()), if works && free > 0 => {
                    look_at = self.look(free, attempts).await;
                }
                () = self.inner.log.wakes().mails.notified(), if works && free > 0 && !incoming.is_connected() => {
                    look_at = self.look(free, attempts).await;
                }
                chunk = incoming.chunk(free), if works && free > 0 => {
                    let (began, has_all) = (Instant::now(), chunk.len() < free);
                    self.take(chunk, attempts).await;
                    if has_all {
                        breathe(began).await;
                    }
                }
            }
        }
    }

    /// Claims those of the mails we were told about that are still to be sent.
    /// The bus then forgets all of them: the others somebody else has, or nobody needs.
    async fn take(&self, chunk: Vec<Hint>, attempts: &mut JoinSet<()>) {
        let (inner, before) = (&self.inner, Instant::now());
        let mails: Vec<_> = chunk.iter().map(|hint| hint.mail).collect();
        match inner.claim_hinted(&mails).await {
            Ok(claimed) => {
                inner.stats.hinted(claimed.len());
                self.start(claimed, before, attempts).await;
                join_all(chunk.into_iter().map(Hint::acknowledge)).await;
            }
            // The bus tells us again.
            Err(error) => {
                tracing::warn!(%error, "mails wait for the database");
                tokio::time::sleep(RECOVERY).await;
            }
        }
    }

    /// Claims what nobody was told about, or in vain; when to look again.
    async fn look(&self, free: usize, attempts: &mut JoinSet<()>) -> Instant {
        let (inner, before) = (&self.inner, Instant::now());
        let claimed = inner.claim_overlooked(free).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "mails wait for the database");
            Vec::new()
        });
        let count = claimed.len();
        inner.stats.looked(count);
        self.start(claimed, before, attempts).await;
        // As many as there was room for: there may be more.
        if count == free { before } else { before + inner.jittered() }
    }
}

impl Inner {
    /// About [`POLL`], so that not all workers look at once.
    fn jittered(&self) -> Duration {
        POLL.mul_f64(0.75 + 0.5 * schedule::chance(self.log.env()))
    }
}
