//! Moves the WAL's pages into the database file beside the commits, and keeps
//! the WAL bounded.
//!
//! A passive checkpoint from a connection of its own does not stop the writer,
//! but as long as somebody writes the WAL never starts over from its
//! beginning. So a last one takes the writer's turn, moves the little
//! that came meanwhile, and has the WAL start over: in the same file, because a
//! commit that makes the file longer takes twice as long to sync as one that
//! writes over what is there. It cannot while somebody reads an older snapshot,
//! and as long as it waits for that reader nobody can write: so it waits for no
//! more than [`PATIENCE`]. The WAL has grown past [`BOUND`] then, or holds what
//! must be forgotten: in either case it is truncated.
//!
//! A writer that is faster than the disk gives way before the WAL is half as long
//! again ([`Checkpointer::give_way`]): it writes more than a checkpoint can move meanwhile.
//!
//! Besides, a passive checkpoint every few seconds moves what was written since: a copy of the
//! database file alone, which is wrong but happens, gets all but the last seconds instead of an empty database.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqlitePool};
use tokio::sync::{Notify, watch};

use super::{Writing, sql};

/// Pages written between two checkpoints, at a guess: 32 MiB.
const EVERY: i64 = 8192;
/// Bytes of WAL past which it is truncated: 64 MiB.
const BOUND: u64 = 64 << 20;
/// Bytes past what makes a checkpoint due at which the writer waits for it.
const SLACK: u64 = BOUND / 2;
/// How long the writer may be held up by somebody who reads.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long the database file may be behind the WAL. Where there is nothing to move, a passive checkpoint
/// reads a few words of shared memory and touches no disk.
const CATCH_UP_EVERY: Duration = Duration::from_secs(5);
/// How long it gives way: a disk that takes longer for a checkpoint is stuck.
const GIVEN_WAY: Duration = Duration::from_secs(5);

/// Asks the checkpointing task to look at the WAL.
#[derive(Clone, Debug)]
pub(crate) struct Checkpointer {
    /// Pages to write until a checkpoint is due.
    left: Arc<AtomicI64>,
    /// Bytes of WAL past which it is due, whatever is left.
    bound: Arc<AtomicU64>,
    /// Whether the WAL holds what must be forgotten.
    forgets: Arc<AtomicBool>,
    wake: Arc<Notify>,
    /// Told whenever a checkpoint has ended, well or not.
    ended: watch::Sender<()>,
    wal: PathBuf,
    writing: Writing,
    readers: SqlitePool,
    catch_up_every: Duration,
    options: Arc<SqliteConnectOptions>,
}

impl Checkpointer {
    pub(super) fn new(
        database: &Path,
        options: SqliteConnectOptions,
        writing: Writing,
        readers: SqlitePool,
    ) -> Self {
        let mut wal = database.as_os_str().to_owned();
        wal.push("-wal");
        let bound = Arc::new(AtomicU64::new(BOUND));
        let options = Arc::new(options.busy_timeout(PATIENCE));
        let left = Arc::new(AtomicI64::new(EVERY));
        let (forgets, wake) = (Arc::default(), Arc::default());
        let (ended, wal) = (watch::Sender::new(()), wal.into());
        let catch_up_every = CATCH_UP_EVERY;
        Self { left, bound, forgets, wake, ended, wal, writing, readers, catch_up_every, options }
    }

    /// The same, catching up as often as that.
    #[cfg(test)]
    pub(super) fn catching_up_every(self, catch_up_every: Duration) -> Self {
        Self { catch_up_every, ..self }
    }

    /// Counts the pages of a commit.
    pub(super) fn committed(&self, pages: i64) {
        let is_due = self.left.fetch_sub(pages, Ordering::Relaxed) <= pages;
        if is_due || self.size() > self.bound.load(Ordering::Relaxed) {
            self.left.store(EVERY, Ordering::Relaxed);
            self.wake.notify_one();
        }
    }

    /// Waits for a checkpoint when the WAL has outgrown the last ones.
    pub(super) async fn give_way(&self) {
        if self.size() <= self.bound.load(Ordering::Relaxed) + SLACK {
            return;
        }
        let mut ended = self.ended.subscribe();
        self.wake.notify_one();
        let _ = tokio::time::timeout(GIVEN_WAY, ended.changed()).await;
    }

    /// Notes a commit that forgets somebody: the WAL is truncated soon.
    pub(super) fn forgotten(&self) {
        self.forgets.store(true, Ordering::Relaxed);
        self.wake.notify_one();
    }

    /// Checkpoints whenever it is due, and catches up in between; ends with its task.
    pub(crate) async fn run(self) {
        loop {
            let is_due = tokio::select! {
                () = self.wake.notified() => true,
                () = tokio::time::sleep(self.catch_up_every) => false,
            };
            let done = if is_due { self.checkpoint().await } else { self.catch_up().await };
            if let Err(error) = done {
                tracing::warn!(%error, "a checkpoint of the WAL failed; it is tried again");
            }
            if is_due {
                self.ended.send_replace(());
            }
        }
    }

    /// Moves what it can into the database file; nobody waits for it.
    pub(super) async fn catch_up(&self) -> Result<(), sqlx::Error> {
        sqlx::query(sql::CHECKPOINT).execute(&self.readers).await.map(drop)
    }

    async fn checkpoint(&self) -> Result<(), sqlx::Error> {
        let mut connection = self.options.connect().await?;
        // The second moves what came meanwhile: the less is left for when the writer waits.
        for _ in 0..2 {
            sqlx::query(sql::CHECKPOINT).execute(&mut connection).await?;
        }
        // Nobody writes meanwhile: what hinders it now is somebody who reads.
        let turn = self.writing.turn().await?;
        let forgets = self.forgets.swap(false, Ordering::Relaxed);
        let statement = if forgets || self.size() > BOUND { sql::TRUNCATE_WAL } else { sql::RESTART_WAL };
        let is_hindered: Result<bool, _> = sqlx::query_scalar(statement).fetch_one(&mut connection).await;
        drop(turn);
        // What was not truncated is still to be forgotten.
        self.forgets.fetch_or(forgets && !matches!(is_hindered, Ok(false)), Ordering::Relaxed);
        self.bound.store(BOUND, Ordering::Relaxed);
        if is_hindered? {
            self.put_off();
        }
        sqlx::Connection::close(connection).await
    }

    /// Somebody reads: the WAL may grow by as much again before the next try.
    fn put_off(&self) {
        self.bound.store(self.size() + BOUND, Ordering::Relaxed);
        self.left.store(2 * EVERY, Ordering::Relaxed);
    }

    /// The WAL's bytes: a microsecond's question.
    fn size(&self) -> u64 {
        std::fs::metadata(&self.wal).map_or(0, |wal| wal.len())
    }
}
