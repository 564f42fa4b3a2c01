//! Checkpoints for those who keep them: each is told beside the others, so that nobody who is away holds up the
//! seal, or another.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rekey_events::seal::Checkpoint;
use rekey_events::store::Log;
use rekey_events::{Env, Moment};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::pause::Pause;
use super::record::{Parcel, Record};
use super::stats::Standing;
use super::way::Way;

/// How long a delivery may go on after the process was told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Somebody who keeps checkpoints.
pub(super) struct Recipient {
    way: Way,
    every: Duration,
    pause: Pause,
    standing: Arc<Standing>,
}

impl Recipient {
    /// One that is told of the newest checkpoint that often, at most.
    pub(super) fn new(way: Way, every: Duration) -> Self {
        let (pause, standing) = (Pause::of_at_most(way.longest_pause()), Standing::new(way.kind()));
        Self { way, every, pause, standing }
    }

    pub(super) fn standing(&self) -> Arc<Standing> {
        self.standing.clone()
    }

    /// Delivers until `stop`; looks that often for what is due. Nothing is due before the sealer, which alone may
    /// use the folder, tells of a checkpoint.
    pub(super) async fn run(
        mut self,
        folder: PathBuf,
        newest: watch::Receiver<Option<Parcel>>,
        log: Log,
        look: Duration,
        stop: CancellationToken,
    ) {
        let mut record = None;
        loop {
            let parcel = newest.borrow().clone();
            if let Some(parcel) = parcel {
                let record =
                    record.get_or_insert_with(|| Record::open(&folder, self.way.kind(), self.way.to()));
                tokio::select! {
                    () = self.deliver(record, &parcel, log.env()) => {}
                    // Whatever was on its way goes out again as it was.
                    () = a_little_after(&stop) => return,
                }
            }
            tokio::select! {
                () = tokio::time::sleep(look) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Delivers what is due, if anything is.
    async fn deliver(&mut self, record: &mut Record, newest: &Parcel, clock: &dyn Env) {
        let Ok(checkpoint) = Checkpoint::read(&newest.note) else { return };
        if record.pending.is_none() && self.is_due(record, &checkpoint, clock.now()) {
            record.pending = Some(newest.clone());
            record.keep();
        }
        match record.pending.clone() {
            Some(parcel) if self.pause.is_over(clock.now()) => self.hand_over(record, &parcel, clock).await,
            Some(_) => {}
            None => self.standing.reached(record.size_of(&checkpoint.origin)),
        }
    }

    fn is_due(&self, record: &Record, newest: &Checkpoint, now: Moment) -> bool {
        let is_other_tree = record.origin != newest.origin;
        is_other_tree || record.size < newest.size && now >= record.at().after(self.every)
    }

    async fn hand_over(&mut self, record: &mut Record, parcel: &Parcel, clock: &dyn Env) {
        let Ok(checkpoint) = Checkpoint::read(&parcel.note) else {
            record.pending = None;
            return;
        };
        let (to, size) = (self.way.kind(), checkpoint.size);
        match self.way.hand_over(parcel, &checkpoint).await {
            Ok(()) => {
                self.pause.end();
                self.standing.reached(size);
                record.has(&checkpoint, clock.now());
                tracing::debug!(to, size, "a checkpoint was delivered");
            }
            Err(error) => {
                self.pause.begin(clock.now());
                self.standing.failed();
                tracing::warn!(to, size, error, "a checkpoint could not be delivered; it is tried again");
            }
        }
    }
}

/// When what is in hand has had its time to end.
async fn a_little_after(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}
